/**
 * When the last thing that was opened with the secret of a session must have ended, as an expression; null when nothing can
 * have been issued.
 * @param call 'none': the secret was not used, so that no call is looked for
 */
export function exposedUntil(alias: string, call: 'perhaps' | 'none' = 'perhaps'): string {
  return `CASE
    WHEN ${alias}.connection = 'BROKERED' THEN ${callExposedUntil(alias, call)}
    WHEN ${alias}.outcome = 'FAILED' THEN NULL
    -- As for quotas (quota-usage.sql): the provider's clock can be behind.
    WHEN ${alias}.outcome = 'ISSUED'
      THEN greatest(${alias}.expires_at, ${alias}.created_at + make_interval(secs => ${alias}.requested_ttl_seconds))
        + make_interval(secs => ${alias}.session_limit_seconds)
    ELSE ${alias}.deadline + make_interval(secs => ${alias}.requested_ttl_seconds + ${alias}.session_limit_seconds)
  END`;
}

/** The same of a BROKERED session, whose secret opens one call and nothing else: the end of the call. */
function callExposedUntil(alias: string, call: 'perhaps' | 'none'): string {
  const endOfCall = `WHEN ${alias}.redeemed_at IS NOT NULL THEN (
        SELECT coalesce(c.ended_at, CASE WHEN c.deadline_at > now() THEN c.deadline_at ELSE c.must_end_by END)
        FROM realtime_call AS c WHERE c.session_id = ${alias}.id
      )`;
  return `CASE
      WHEN ${alias}.outcome IS DISTINCT FROM 'ISSUED' THEN NULL
      ${call === 'none' ? '' : endOfCall}
      WHEN ${alias}.revoked_at IS NOT NULL THEN ${alias}.revoked_at
      WHEN ${alias}.expires_at <= now() THEN ${alias}.expires_at
      ELSE ${alias}.expires_at + make_interval(secs => ${alias}.max_call_seconds)
    END`;
}

/**
 * Longer than any session is exposed from its reservation on: until it is settled (at most an hour), as long as its
 * secret can live (two hours) and as long as a provider lets what it opened run (two hours). CHECKs hold the last two.
 */
export const LONGEST_EXPOSURE = "interval '5 hours'";
