import { describe, expect, it } from 'vitest';
import { useDatabase } from '../../support/fixture.ts';

/** The last microsecond that the 48 bits of a UUIDv7 can hold the milliseconds of: in the year 10889. */
const LAST_MICROSECOND = 2n ** 48n * 1000n - 1n;
// Text, because a double cannot count the microseconds of the years after 2255.
const FROM_MICROSECONDS = `timestamptz 'epoch' + format('%s days %s microseconds', us / 86400000000, us % 86400000000)::interval`;

const database = useDatabase();

describe('uuidv7_at', () => {
  it('makes UUIDs of version 7 and the RFC variant, all other bits random', async () => {
    const ids = await column('SELECT uuidv7_at(now()) FROM generate_series(1, 1000)');
    for (const id of ids)
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    // The 62 bits after the variant: over a thousand ids, each is set about half of the time.
    for (let bit = 0n; bit < 62n; bit += 1n) {
      const set = ids.filter((id) => (bits(id) >> bit) & 1n).length;
      expect(set, `bit ${bit}`).toBeGreaterThan(350);
      expect(set, `bit ${bit}`).toBeLessThan(650);
    }
  });

  it('holds the time to the microsecond', async () => {
    const random = Array.from({ length: 1000 }, () => BigInt(Math.floor(Math.random() * 2 ** 51)) * 125n);
    const edges = [0n, 1n, 999n, 1000n, 1001n, 253_402_300_799_999_999n, LAST_MICROSECOND];
    // Every microsecond of a millisecond has to be told from its neighbours by twelve bits.
    const millisecond = Array.from({ length: 1000 }, (_, us) => 1_795_305_600_123_000n + BigInt(us));
    const times = [...edges, ...millisecond, ...random];
    const ids = await column(
      `SELECT uuidv7_at(${FROM_MICROSECONDS}) FROM unnest($1::bigint[]) WITH ORDINALITY AS t (us, n) ORDER BY n`,
      [times.map(String)],
    );
    expect(ids.map(microsecondsOf)).toEqual(times);
  });

  it('rises from each microsecond to the next, across milliseconds and seconds', async () => {
    const rows = await database.query<{ falls: string; all: string }>(
      `WITH made AS (
         SELECT n, uuidv7_at(timestamptz '2026-12-31 23:59:59.997+00' + n * interval '1 microsecond') AS id
         FROM generate_series(0, 5999) AS n
       ), pairs AS (SELECT id, lag(id) OVER (ORDER BY n) AS before FROM made)
       SELECT count(*) FILTER (WHERE id <= before) AS falls, count(*) AS all FROM pairs`,
    );
    expect(rows).toEqual([{ falls: '0', all: '6000' }]);
  });

  it('makes a hundred thousand different ids in one microsecond', async () => {
    const rows = await database.query<{ ids: string; times: string }>(
      `SELECT count(DISTINCT id) AS ids, count(DISTINCT left(id::text, 18)) AS times
       FROM (SELECT uuidv7_at('2026-11-22 12:00:00.123456+00') FROM generate_series(1, 100000)) AS made (id)`,
    );
    expect(rows).toEqual([{ ids: '100000', times: '1' }]);
  });

  it.each([
    ['1969-12-31 23:59:59.999999+00', '22008'],
    ['0044-03-15 00:00:00+00 BC', '22008'],
    ['10889-08-02 05:31:50.656+00', '22008'],
    ['infinity', '0A000'],
    ['-infinity', '0A000'],
  ])('refuses %s, which it could only hold as another time', async (at, code) => {
    await expect(database.query('SELECT uuidv7_at($1)', [at])).rejects.toMatchObject({ code });
  });

  it('is the time that a session and its event are created at: one reading of the clock', async () => {
    const [application] = await database.query<{ id: string }>('SELECT id FROM application');
    const session = {
      ...{ application_id: application?.id, provider: 'sandbox', object: 'o' },
      ...{ session_limit_seconds: 60, type: 'REALTIME', model: 'm' },
      ...{ modalities: ['TEXT'], tools: [], labels: [], connection: 'DIRECT' },
    };
    const defaults = { maxTtlSeconds: 60, maxActiveSessions: 1, maxMintsPerMinute: 1, maxMintsPerDay: 1 };
    const request = {
      ...{ externalUserId: 'somebody', settleWithinSeconds: 10, expiresAfterSeconds: 60, defaults, session },
      event: { actor_kind: 'OPERATOR', actor_name: 'root', detail: {} },
    };
    const [made] = await database.query<{ id: string; us: string }>(
      `SELECT new_id AS id, ${inMicroseconds('moment')} AS us FROM reserve_session($1::jsonb)`,
      [request],
    );
    const events = await database.query<{ id: string; us: string }>(
      `SELECT id, ${inMicroseconds('at')} AS us FROM audit_event WHERE session_id = $1`,
      [made?.id],
    );
    expect(events).toHaveLength(1);
    for (const row of [made, ...events]) expect(microsecondsOf(row?.id ?? '')).toBe(BigInt(row?.us ?? 0));
    expect(events[0]?.us).toBe(made?.us);
  });
});

describe('uuidv7_floor', () => {
  it('is the same for every microsecond of a millisecond, not above its ids and above all before', async () => {
    const rows = await database.query(
      `WITH times AS (
         SELECT start, start + n * interval '1 microsecond' AS at
         FROM unnest('{1970-01-01 00:00+00, 2026-11-22 12:00:00.999+00, 9999-12-31 23:59:59.999+00}'::timestamptz[]) AS start,
              generate_series(0, 999) AS n
       )
       SELECT count(*) FILTER (WHERE uuidv7_floor(at) <> uuidv7_floor(start)) AS differ,
              count(*) FILTER (WHERE uuidv7_floor(at) > uuidv7_at(at)) AS above,
              count(*) FILTER (WHERE start > 'epoch' AND uuidv7_floor(at) <= uuidv7_at(start - interval '1 microsecond')) AS below,
              count(*) AS all
       FROM times`,
    );
    expect(rows).toEqual([{ differ: '0', above: '0', below: '0', all: '3000' }]);
  });

  it('has nothing but the time in it, so that no id of that millisecond can be smaller', async () => {
    const rows = await column(`SELECT uuidv7_floor('2026-11-22 12:00:00.123999+00')`);
    expect(rows).toEqual([
      `${1_795_348_800_123n.toString(16).padStart(12, '0').replace(/^.{8}/, '$&-')}-0000-0000-000000000000`,
    ]);
  });

  it('keeps filters by time true for times that no id can hold', async () => {
    const [smallest, largest] = [
      '00000000-0000-0000-0000-000000000000',
      'ffffffff-ffff-0000-0000-000000000000',
    ];
    const floors = await column(
      `SELECT uuidv7_floor(at::timestamptz) FROM unnest('{-infinity, 0044-03-15 BC, 1969-12-31, 10889-08-03, infinity}'::text[]) AS at`,
    );
    expect(floors).toEqual([smallest, smallest, smallest, largest, largest]);
  });

  it('is constant for the planner, so that a filter by time prunes partitions', async () => {
    const rows = await column(`SELECT provolatile FROM pg_proc WHERE proname = 'uuidv7_floor'`);
    expect(rows).toEqual(['i']);
  });
});

async function column(text: string, values: readonly unknown[] = []): Promise<string[]> {
  const rows = await database.query<Record<string, string>>(text, values);
  return rows.flatMap((row) => Object.values(row));
}

const inMicroseconds = (column: string) => `(extract(epoch FROM ${column}) * 1000000)::bigint`;

function bits(id: string): bigint {
  return BigInt(`0x${id.replaceAll('-', '')}`);
}

/** Reads the time back, by RFC 9562 and not by our own SQL: 48 bits of milliseconds, then 12 bits of a fraction of one. */
function microsecondsOf(id: string): bigint {
  const milliseconds = bits(id) >> 80n;
  const fraction = (bits(id) >> 64n) & 0xfffn;
  return milliseconds * 1000n + (fraction * 1000n + 4095n) / 4096n;
}
