import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { findTrailState } from '../../src/sealing/find-trail-state.db.ts';
import { openHeadsFile } from '../../src/sealing/heads-file.ts';
import type { Head } from '../../src/sealing/seal.ts';
import { sealTrail } from '../../src/sealing/seal-trail.job.ts';
import { MAX_COUNTED_UNSEALED } from '../../src/sealing/trail-state.ts';
import { eventually } from '../support/eventually.ts';
import { useDatabase } from '../support/fixture.ts';
import { startGateway } from '../support/gateway.ts';
import { asOwner, poolOf } from '../support/partitions.ts';
import { startReplicas } from '../support/replicas.ts';
import {
  fillTrail,
  findingsOf,
  KEY,
  NEVER,
  OVERLAP_MS,
  placesOf,
  sealAll,
  verify,
} from '../support/trail.ts';

const started = useDatabase();
const database = () => started;

beforeEach(() =>
  asOwner(database(), (client) => client.query('TRUNCATE audit_event, audit_seal, audit_head')),
);

const EVENT = `INSERT INTO audit_event (id, at, action, outcome, actor_kind, actor_name, detail)
  SELECT uuidv7_at(at), at, 'session.requested', 'SUCCEEDED', 'OPERATOR', $1, '{}'
  FROM (SELECT clock_timestamp() - make_interval(secs => $2) AS at) AS placed`;

const sealed = () =>
  database().query<{ sequence: number; name: string; batch: number }>(
    `SELECT sequence::int, actor_name AS name, batch::int FROM audit_seal JOIN audit_event ON id = event_id
     JOIN audit_head ON sequence BETWEEN first_sequence AND last_sequence ORDER BY sequence`,
  );

describe('sealing', () => {
  it('seals what was there before, in its order, in batches that are chained', async () => {
    await fillTrail(database(), 25, 3600);
    const heads = await sealAll(poolOf(database()), 10);
    expect(heads.map(({ batch, first, last }) => [batch, first, last])).toEqual([
      [1, 1, 10],
      [2, 11, 20],
      [3, 21, 25],
    ]);
    expect(heads.map(({ previous }) => previous).slice(1)).toEqual(heads.map(({ mac }) => mac).slice(0, -1));
    expect((await sealed()).map(({ name }) => name)).toEqual(
      Array.from({ length: 25 }, (_, n) => `shop ${n + 1}`),
    );
    expect(await findingsOf(poolOf(database()))).toEqual([]);
  });

  it('is counted: what is sealed, when that was, and what is not yet, up to a number', async () => {
    const pool = poolOf(database());
    const unsealed = (overlapMs = OVERLAP_MS) => findTrailState(pool, overlapMs);
    expect(await unsealed()).toEqual({
      sealedEvents: 0,
      unsealedEvents: 0,
      lastSealedAt: null,
      lastHead: null,
    });
    await fillTrail(database(), 25, 3600);
    expect(await unsealed()).toEqual({
      sealedEvents: 0,
      unsealedEvents: 25,
      lastSealedAt: null,
      lastHead: null,
    });
    const heads = await sealAll(pool, 10);
    const lastSealedAt = new Date(heads.at(-1)?.sealedAt ?? '');
    const lastHead = heads.at(-1)?.mac;
    expect(await unsealed()).toEqual({ sealedEvents: 25, unsealedEvents: 0, lastSealedAt, lastHead });
    await pool.query(EVENT, ['soon', 0]);
    expect(await unsealed()).toEqual({ sealedEvents: 25, unsealedEvents: 1, lastSealedAt, lastHead });
    await pool.query(`${EVENT}, generate_series(1, 10000)`, ['many', 0]);
    expect(await unsealed()).toMatchObject({ unsealedEvents: MAX_COUNTED_UNSEALED });
  });

  it('takes what was committed late, after what was committed before it', async () => {
    const pool = poolOf(database());
    const late = await connect(database().url);
    await late.query('BEGIN');
    await late.query(EVENT, ['late', 0]);
    await pool.query(EVENT, ['soon', 0]);
    await sealAll(pool, 10);
    await late.query('COMMIT');
    await sealAll(pool, 10);
    expect(await sealed()).toEqual([
      { sequence: 1, name: 'soon', batch: 1 },
      { sequence: 2, name: 'late', batch: 2 },
    ]);
    expect(await findingsOf(pool)).toEqual([]);
  });

  it('leaves alone what somebody puts between what is sealed, and verifying finds it', async () => {
    const pool = poolOf(database());
    for (const seconds of [60, 40, 0]) await pool.query(EVENT, ['real', seconds]);
    await sealAll(pool, 10);
    await pool.query(EVENT, ['forged', 30]);
    expect(await sealAll(pool, 10)).toEqual([]);
    expect(placesOf(await findingsOf(pool)).events).toHaveLength(1);
  });

  it('takes what somebody puts in with the time of now or just before, and nothing older: docs/audit.md says so', async () => {
    const pool = poolOf(database());
    const overlap = OVERLAP_MS / 1000;
    await pool.query(EVENT, ['last', 0]);
    await sealAll(pool, 10);
    await pool.query(EVENT, ['now', 0]);
    await pool.query(EVENT, ['just before', overlap - 2]);
    await pool.query(EVENT, ['older', overlap + 2]);
    await sealAll(pool, 10);
    expect((await sealed()).map(({ name }) => name)).toEqual(['last', 'just before', 'now']);
    expect(await findingsOf(pool)).toMatchObject([
      { kind: 'event', problem: expect.stringContaining('no seal') },
    ]);
  });

  it('goes on when a clock that ran ahead is put back', async () => {
    const pool = poolOf(database());
    await asOwner(database(), (client) =>
      client.query(`SELECT create_partitions(now(), now() + interval '1 day')`),
    );
    await pool.query(EVENT, ['from tomorrow', -86_400]);
    await sealAll(pool, 10);
    await pool.query(EVENT, ['from today', 0]);
    await sealAll(pool, 10);
    expect((await sealed()).map(({ name }) => name)).toEqual(['from tomorrow', 'from today']);
  });

  it('by eight at once is gapless, each event once', async () => {
    await fillTrail(database(), 3000, 1);
    const pools = Array.from({ length: 4 }, () => poolOf(database()));
    const all: Head[][] = [];
    for (let round = 0; round < 12; round += 1)
      all.push(...(await Promise.all([...pools, ...pools].map((pool) => sealAll(pool, 100)))));
    const heads = all.flat().toSorted((a, b) => a.batch - b.batch);
    expect(heads.map(({ batch }) => batch)).toEqual(Array.from({ length: 30 }, (_, n) => n + 1));
    expect(await database().query('SELECT count(*)::int, max(sequence)::int FROM audit_seal')).toEqual([
      { count: 3000, max: 3000 },
    ]);
    expect(await findingsOf(poolOf(database()))).toEqual([]);
  });

  it('that is killed in the middle of a batch leaves nothing of it, and the next goes on exactly there', async () => {
    await fillTrail(database(), 500, 1);
    // Each batch takes a while to be written: so it is cut off before its commit, again and again.
    await database().query(`
      CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.05); RETURN NULL; END $$;
      CREATE TRIGGER slowly AFTER INSERT ON audit_head FOR EACH ROW EXECUTE FUNCTION slowly()`);
    onTestFinished(async () => {
      await database().query('DROP TRIGGER slowly ON audit_head; DROP FUNCTION slowly()');
    });
    const pool = poolOf(database());
    let cut = 0;
    for (let done = false; !done; ) {
      const run = sealTrail({ pool, key: KEY, overlapMs: OVERLAP_MS, batchSize: 60 }, async () => {}, NEVER);
      const killing = cut < 5 ? killSealer() : Promise.resolve();
      done = await run.then(
        () => true,
        () => false,
      );
      await killing;
      cut += done ? 0 : 1;
    }
    expect(cut).toBe(5);
    expect(await database().query('SELECT count(*)::int, max(sequence)::int FROM audit_seal')).toEqual([
      { count: 500, max: 500 },
    ]);
    expect(await findingsOf(pool)).toEqual([]);
  });

  it('with a new key goes on, and both are verified', async () => {
    const pool = poolOf(database());
    const newer = { id: 'newer', bytes: new Uint8Array(32).fill(5) };
    await fillTrail(database(), 10, 1);
    await sealAll(pool, 5);
    await pool.query(EVENT, ['after', 0]);
    expect(await sealAll(pool, 5, newer)).toMatchObject([{ batch: 3, first: 11, keyId: 'newer' }]);
    expect(await findingsOf(pool, { keys: [newer, KEY] })).toEqual([]);
    expect(placesOf(await findingsOf(pool, { keys: [newer] })).batches).toEqual([1, 2]);
    await expect(findingsOf(pool, { keys: [{ ...KEY, id: 'else' }] })).rejects.toThrow('None of the keys');
  });
});

it('a gateway that stops leaves nothing unsealed', async () => {
  for (let round = 0; round < 3; round += 1) {
    const gateway = await startGateway(database());
    await gateway.ask(
      'mutation { createRealtimeSession(input: { externalUserId: "alice" }) { __typename } }',
    );
    await gateway.close();
  }
  const [events] = await database().query<{ unsealed: number; count: number }>(
    `SELECT count(*)::int, (count(*) - count(s.event_id))::int AS unsealed
     FROM audit_event AS e LEFT JOIN audit_seal AS s ON s.event_id = e.id`,
  );
  expect(events).toEqual({ count: 6, unsealed: 0 });
});

describe('by three gateways over one trail', () => {
  it('everything is sealed within a second, once, and each head is in a log and in the file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gatehouse-heads-'));
    const file = join(folder, 'heads.ndjson');
    const replicas = await startReplicas(database(), { GATEHOUSE_AUDIT_HEADS_FILE: file });
    try {
      const mutation = `mutation ($name: String!) { createRealtimeSession(input: { externalUserId: $name }) { __typename } }`;
      for (let round = 0; round < 5; round += 1)
        await Promise.all(
          Array.from({ length: 20 }, (_, n) => replicas.ask(mutation, { name: `user ${n}` })),
        );
      const started = performance.now();
      const [events] = await database().query<{ count: number }>('SELECT count(*)::int FROM audit_event');
      await eventually(async () => {
        const [row] = await database().query<{ count: number }>('SELECT count(*)::int FROM audit_seal');
        return row?.count === events?.count ? row : undefined;
      });
      expect(performance.now() - started).toBeLessThan(1500);
      expect(events?.count).toBe(200);
    } finally {
      await replicas.close();
    }
    const rows = await sealed();
    expect(rows.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 200 }, (_, n) => n + 1));
    const stored = await database().query<{ mac: string }>(
      `SELECT encode(mac, 'hex') AS mac FROM audit_head ORDER BY batch`,
    );
    const logged = replicas.logLines().flatMap((line) => JSON.parse(line).head ?? []);
    const written = (await readFile(file, 'utf8'))
      .split('\n')
      .flatMap((line) => (line === '' ? [] : JSON.parse(line)));
    for (const heads of [logged, written])
      expect(heads.toSorted((a: Head, b: Head) => a.batch - b.batch).map(({ mac }: Head) => mac)).toEqual(
        stored.map(({ mac }) => mac),
      );
    const keys = [{ ...KEY, id: logged[0].keyId }];
    expect(await findingsOf(poolOf(database()), { keys, headsFiles: [file] })).toEqual([]);
    await rm(folder, { recursive: true });
  });
});

describe('a file of heads', () => {
  it('is gone on with after a kill that left half a line; a log is one too', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gatehouse-heads-'));
    const path = join(folder, 'heads.ndjson');
    const pool = poolOf(database());
    await fillTrail(database(), 20, 1);
    const [first, second] = await sealAll(pool, 10);
    if (first === undefined || second === undefined) throw new Error('there are two batches');
    await writeFile(
      path,
      `${JSON.stringify({ level: 30, head: first, msg: 'trail sealed' })}\n{"batch": 2, "fir`,
    );
    const file = await openHeadsFile(path);
    await file.append(second);
    await file.close();
    expect(await findingsOf(pool, { headsFiles: [path] })).toEqual([]);
    await asOwner(database(), async (client) => {
      await client.query('DELETE FROM audit_head WHERE batch = 2');
      await client.query('DELETE FROM audit_seal WHERE sequence > 10');
    });
    expect(placesOf(await findingsOf(pool, { headsFiles: [path] })).batches).toEqual([2]);
    // Sealed anew, it is another head.
    await sealAll(pool, 10);
    expect(await findingsOf(pool)).toEqual([]);
    expect(placesOf(await findingsOf(pool, { headsFiles: [path] })).batches).toEqual([2]);
    await writeFile(path, `${JSON.stringify({ ...first, last: 9 })}\n`);
    expect(await findingsOf(pool, { headsFiles: [path] })).toMatchObject([{ kind: 'line', from: 1 }]);
    await writeFile(path, 'nothing\n');
    await expect(findingsOf(pool, { headsFiles: [path] })).rejects.toThrow('The file of heads holds none.');
    await rm(folder, { recursive: true });
  });
});

describe('lines of the heads that are cut off', () => {
  const whole = async () => {
    await fillTrail(database(), 40, 1);
    return (await sealAll(poolOf(database()), 10)).map((head) => JSON.stringify(head));
  };

  it.each<[string, (lines: readonly string[]) => string, { count: number; first: number | null }]>([
    ['none of them', (lines) => lines.join('\n'), { count: 0, first: null }],
    [
      'in the middle',
      ([a, b, c, d]) => [a, b?.slice(0, 60), c?.slice(0, 4), d].join('\n'),
      { count: 2, first: 2 },
    ],
    ['their beginnings', ([a, b, c, d]) => [a, b?.slice(50), c, d].join('\n'), { count: 1, first: 2 }],
    ['the last', ([a, b, c, d]) => [a, b, c, d?.slice(0, -1)].join('\n'), { count: 1, first: 4 }],
    [
      'in a log, among other lines',
      ([a, b, c, d]) =>
        [
          '{"level":30,"msg":"ready"}',
          'not JSON',
          ...[a, b, c].map((head) => `{"level":30,"head":${head},"msg":"trail sealed"}`),
          `{"level":30,"head":${d}`,
        ].join('\n'),
      { count: 1, first: 6 },
    ],
  ])('are counted: %s', async (_, write, expected) => {
    const path = await temporaryFile(write(await whole()));
    const { partialLines, findings } = await verify(poolOf(database()), { headsFiles: [path] });
    expect([partialLines, findings]).toEqual([expected, []]);
  });

  it('do not take the head with them that another gateway wrote behind them', async () => {
    const [a = '', b = '', c = '', d = ''] = await whole();
    const path = await temporaryFile([a, b, `${c.slice(0, 30)}${d}`].join('\n'));
    await asOwner(database(), async (client) => {
      await client.query('DELETE FROM audit_head WHERE batch = 4');
      await client.query('DELETE FROM audit_seal WHERE sequence > 30');
    });
    const { partialLines, findings } = await verify(poolOf(database()), { headsFiles: [path] });
    expect([partialLines, placesOf(findings).batches]).toEqual([{ count: 1, first: 3 }, [4]]);
  });
});

async function temporaryFile(content: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-heads-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'heads.ndjson');
  await writeFile(path, content);
  return path;
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

/** Ends the connection that is writing a batch. */
async function killSealer(): Promise<void> {
  await eventually(async () => {
    const [row] = await database().query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event = 'PgSleep' LIMIT 1`,
    );
    return row;
  });
}
