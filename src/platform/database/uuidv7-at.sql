-- Makes a UUIDv7 of a time (RFC 9562, method 3: twelve bits below the millisecond): ids of different microseconds sort
-- by time, and reading the primary key backwards reads the newest first. Refuses a time before 1970 or after 10889:
-- its milliseconds do not fit into 48 bits.
CREATE OR REPLACE FUNCTION uuidv7_at(at timestamptz) RETURNS uuid
LANGUAGE plpgsql VOLATILE STRICT PARALLEL SAFE AS $$
DECLARE
  us bigint := extract(epoch FROM at) * 1000000;
BEGIN
  IF us NOT BETWEEN 0 AND 281474976710655999 THEN
    RAISE 'A UUIDv7 cannot hold %', at USING ERRCODE = 'datetime_field_overflow';
  END IF;
  -- 48 bits of milliseconds, the version, 12 bits below the millisecond; then the variant and 62 bits of chance.
  RETURN encode(int8send(us / 1000 << 16 | 28672 | us % 1000 * 4096 / 1000)
    || substring(uuid_send(gen_random_uuid()) FROM 9), 'hex')::uuid;
END $$;
