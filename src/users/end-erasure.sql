-- Records that an erasure is complete.
CREATE OR REPLACE FUNCTION end_erasure(of_user uuid) RETURNS SETOF end_user
LANGUAGE plpgsql AS $$
BEGIN
  UPDATE end_user SET erased_at = clock_timestamp()
  WHERE id = of_user AND erasure_began_at IS NOT NULL AND erased_at IS NULL;
  RETURN QUERY SELECT * FROM end_user WHERE id = of_user;
END $$;
