-- Computes a session's status from its row and the time. REVOKED outranks ACTIVE and EXPIRED; revoked_at means nothing
-- while a session is not issued. It is plain SQL, so that the planner can inline it.
-- src/sessions/session-conditions.db.ts has the same rule as conditions that an index can answer.
CREATE OR REPLACE FUNCTION session_status(
  outcome text, deadline timestamptz, expires_at timestamptz, revoked_at timestamptz, at timestamptz
) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN outcome = 'ISSUED' AND revoked_at IS NOT NULL THEN 'REVOKED'
  WHEN outcome = 'ISSUED' THEN CASE WHEN expires_at > at THEN 'ACTIVE' ELSE 'EXPIRED' END
  WHEN outcome IS NOT NULL THEN outcome
  WHEN deadline > at THEN 'PENDING'
  ELSE 'UNCONFIRMED'
END;
