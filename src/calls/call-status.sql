-- Computes a call's status from its row and the time. A call that nobody ended has ended once the provider must have
-- ended it; one whose gateway died before it said what became of the offer is uncertain. It is plain SQL, so that the
-- planner can inline it.
CREATE OR REPLACE FUNCTION call_status(
  ended_at timestamptz, must_end_by timestamptz, connected_at timestamptz, uncertain_at timestamptz,
  connect_by timestamptz, at timestamptz
) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN ended_at IS NOT NULL OR must_end_by <= at THEN 'ENDED'
  WHEN connected_at IS NOT NULL THEN 'LIVE'
  WHEN uncertain_at IS NOT NULL OR connect_by <= at THEN 'UNCERTAIN'
  ELSE 'CONNECTING'
END;
