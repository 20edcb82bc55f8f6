-- Returns the smallest id of a millisecond: the bound of a partition, or of a filter by time. A time that no id can
-- have is cut to the nearest that one can, so that a filter by any time is right. In PL/pgSQL, because a function in SQL
-- that is not inlined, as this one cannot be, is parsed and planned again by each statement.
CREATE OR REPLACE FUNCTION uuidv7_floor(at timestamptz) RETURNS uuid
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RETURN rpad(lpad(to_hex(
    least(greatest(floor(extract(epoch FROM at) * 1000), 0), 281474976710655)::bigint
  ), 12, '0'), 32, '0')::uuid;
END $$;
