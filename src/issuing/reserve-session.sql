-- Reserves a session or says why not, in one round trip. The request, verdict and detail are those of decide_reservation.
--   new_id, of_user, moment: of a session that is reserved now, the id, the user's id and created_at. The request says the rest.
--   session: the repeated one
CREATE OR REPLACE FUNCTION reserve_session(request jsonb)
RETURNS TABLE (verdict text, detail jsonb, new_id uuid, of_user uuid, moment timestamptz, session realtime_session)
-- force_generic_plan: otherwise each connection plans its first five mints one by one, over all partitions, while it
-- holds the user's lock.
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  decided record;
BEGIN
  decided := decide_reservation(request);
  IF decided.verdict = 'reserved' THEN
    PERFORM write_reservations(ARRAY[decided.session], ARRAY[decided.event]);
  END IF;
  RETURN QUERY SELECT decided.verdict, decided.detail, (decided.session).id, (decided.session).user_id,
    (decided.session).created_at, decided.repeated;
END $$;
