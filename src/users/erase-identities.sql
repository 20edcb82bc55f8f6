-- Deletes at most `most` rows of audit_identity of a person; returns how many. Fewer than `most` means that none is
-- left. Deletes only when the person's erasure has begun. SECURITY DEFINER: the gateway's own role may not delete from
-- that table.
CREATE OR REPLACE FUNCTION erase_identities(of_user uuid, most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  erased integer;
BEGIN
  -- A statement of its own, so that the DELETE begins after another gateway's deletion is committed and does not see
  -- those rows. Otherwise it would choose them, wait, delete none, and report that none is left.
  PERFORM FROM end_user WHERE id = of_user AND erasure_began_at IS NOT NULL FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RETURN 0;
  END IF;
  DELETE FROM audit_identity WHERE event_id IN (
    SELECT event_id FROM audit_identity WHERE user_id = of_user ORDER BY event_id LIMIT most
  );
  GET DIAGNOSTICS erased = ROW_COUNT;
  RETURN erased;
END $$;
