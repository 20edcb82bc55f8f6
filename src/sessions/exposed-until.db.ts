/**
 * When the last thing that was opened with the secret of a session must have ended, as an expression; null when nothing can
 * have been issued.
 */
export function exposedUntil(alias: string): string {
  return `CASE
    WHEN ${alias}.outcome = 'FAILED' THEN NULL
    -- As for quotas (quota-usage.sql): the provider's clock can be behind.
    WHEN ${alias}.outcome = 'ISSUED'
      THEN greatest(${alias}.expires_at, ${alias}.created_at + make_interval(secs => ${alias}.requested_ttl_seconds))
    ELSE ${alias}.deadline + make_interval(secs => ${alias}.requested_ttl_seconds)
  END + make_interval(secs => ${alias}.session_limit_seconds)`;
}

/**
 * Longer than any session is exposed from its reservation on: until it is settled (at most an hour), as long as its
 * secret can live (two hours) and as long as a provider lets what it opened run (two hours). CHECKs hold the last two.
 */
export const LONGEST_EXPOSURE = "interval '5 hours'";
