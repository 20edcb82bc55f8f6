-- Settles a pending session and writes its event, in one transaction (apply_settlement). Returns no row when it was not
-- settled.
--
-- It is a function for force_generic_plan: PostgreSQL would plan the update anew each time, because it takes a plan for one
-- partition to be cheaper and does not count what planning costs.
CREATE OR REPLACE FUNCTION settle_session(of_session uuid, settlement jsonb, not_after timestamptz, event jsonb)
RETURNS TABLE (outcome text, settled_at timestamptz, created_at timestamptz, deadline timestamptz, expires_at timestamptz,
  revoked_at timestamptz, connection text, requested_ttl_seconds integer, session_limit_seconds integer,
  max_call_seconds integer)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  settled record;
BEGIN
  settled := apply_settlement(of_session, settlement, not_after, event);
  IF settled.outcome IS NOT NULL THEN
    INSERT INTO audit_event SELECT (settled.event).*;
    RETURN QUERY SELECT settled.outcome, settled.settled_at, settled.created_at, settled.deadline, settled.expires_at,
      settled.revoked_at, settled.connection, settled.requested_ttl_seconds, settled.session_limit_seconds,
      settled.max_call_seconds;
  END IF;
END $$;
