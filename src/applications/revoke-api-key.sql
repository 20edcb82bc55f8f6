-- Revokes an API key; has no effect on one that was revoked before. Returns no row when there is no such key.
CREATE OR REPLACE FUNCTION revoke_api_key(of_key uuid, by jsonb) RETURNS SETOF api_key
LANGUAGE plpgsql AS $$
DECLARE
  key api_key;
BEGIN
  UPDATE api_key SET revoked_at = clock_timestamp() WHERE id = of_key AND revoked_at IS NULL RETURNING * INTO key;
  IF FOUND THEN
    PERFORM write_event(by, key.revoked_at, 'api_key.revoked', 'SUCCEEDED', key.application_id, NULL, NULL,
      jsonb_build_object('apiKeyId', key.id, 'name', key.name));
    RETURN NEXT key;
  ELSE
    RETURN QUERY SELECT * FROM api_key WHERE id = of_key;
  END IF;
END $$;
