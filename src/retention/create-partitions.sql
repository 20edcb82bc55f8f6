-- Creates the missing monthly partitions (months in UTC) of all partitioned tables over [from, to]; returns how many.
-- There is no default partition: retention drops whole partitions, and a row without one has to be an error. Readiness
-- reports a missing partition before a row needs it.
CREATE OR REPLACE FUNCTION create_partitions("from" timestamptz, "to" timestamptz) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
  month timestamp := date_trunc('month', "from" AT TIME ZONE 'UTC');
  parents constant text[] := ARRAY['realtime_session', 'realtime_call', 'audit_event', 'audit_identity', 'usage_record'];
  parent text;
  partition text;
  granted record;
  made integer := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('gatehouse.create_partitions'));
  WHILE month <= "to" AT TIME ZONE 'UTC' LOOP
    FOREACH parent IN ARRAY parents LOOP
      partition := parent || to_char(month, '"_"YYYY"_"MM');
      IF to_regclass(partition) IS NULL THEN
        -- Created alone, then attached: CREATE TABLE … PARTITION OF takes a lock on the parent that waits for every
        -- statement in progress, and that every later statement waits for.
        EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', partition, parent);
        EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, partition,
          uuidv7_floor(month AT TIME ZONE 'UTC'), uuidv7_floor((month + interval '1 month') AT TIME ZONE 'UTC'));
        made := made + 1;
      END IF;
    END LOOP;
    month := month + interval '1 month';
  END LOOP;

  -- Only the grants of the parent decide who may write. The owner's default privileges, or a GRANT on all tables, could
  -- have granted writing to a partition itself: revoke it. SELECT stays, because a backup reads each partition by name.
  FOR granted IN
    SELECT acl.privilege_type AS privilege, inhrelid::regclass AS partition,
      CASE acl.grantee WHEN 0 THEN 'PUBLIC' ELSE acl.grantee::regrole::text END AS grantee
    FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid, aclexplode(relacl) AS acl
    WHERE inhparent = ANY (parents::regclass[]) AND acl.grantee <> relowner AND acl.privilege_type <> 'SELECT'
  LOOP
    EXECUTE format('REVOKE %s ON %s FROM %s', granted.privilege, granted.partition, granted.grantee);
  END LOOP;
  RETURN made;
END $$;
