-- Stores an API key: `key` has columns of api_key, among them the hash of the key.
--   verdict: created | not_found (no such application) | expired (it would never be valid)
CREATE OR REPLACE FUNCTION create_api_key(key jsonb, by jsonb) RETURNS TABLE (verdict text, created api_key)
LANGUAGE plpgsql AS $$
BEGIN
  created := jsonb_populate_record(NULL::api_key, key);
  created.created_at := clock_timestamp();
  IF NOT EXISTS (SELECT FROM application WHERE id = created.application_id) THEN
    verdict := 'not_found';
  ELSIF created.expires_at <= created.created_at THEN
    verdict := 'expired';
  ELSE
    INSERT INTO api_key VALUES (created.*);
    PERFORM write_event(by, created.created_at, 'api_key.created', 'SUCCEEDED', created.application_id, NULL, NULL,
      jsonb_build_object('apiKeyId', created.id, 'name', created.name, 'scopes', created.scopes,
        'reach', created.reach, 'expiresAt', created.expires_at, 'lastFour', created.last_four));
    verdict := 'created';
  END IF;
  RETURN NEXT;
END $$;
