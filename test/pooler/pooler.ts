import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/platform/database/embedded/start-embedded-postgres.ts';
import { ISSUE } from '../support/ask.ts';
import { COMPILE_CACHE } from '../support/compile-cache.ts';
import { inDatabase } from '../support/database-server.ts';
import { eventsOf, openStream } from '../support/event-stream.ts';
import { eventually } from '../support/eventually.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';
import { type Answer, askAt, upstreamEnv } from '../support/gateway.ts';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.ts';
import { type PgBouncer, pgBouncerVersion, startPgBouncer } from '../support/pgbouncer.ts';
import { countUnrecorded } from '../support/unrecorded-secrets.ts';

type Options = { readonly mints: number; readonly preparedStatements: 'on' | 'off' };

type Round = {
  readonly seconds: number;
  /** How many answers there were of each kind. */
  readonly mints: Readonly<Record<string, number>>;
  readonly listings: Readonly<Record<string, number>>;
  readonly secrets: number;
  /** Secrets without a record that they were issued. */
  readonly unrecorded: number;
  /** Sessions whose secret was handed out and that the subscription did not tell of. */
  readonly untold: number;
};

export type PoolerReport = {
  readonly pgBouncer: number | null;
  readonly steady: Round;
  readonly restarted: Round;
  readonly verified: string;
  readonly violations: readonly string[];
};

const CLI = join(import.meta.dirname, '../../src/cli.ts');
const LIST =
  '{ realtimeSessions(first: 20) { totalCount nodes { id status createdAt user { externalId } } } }';
const CLIENTS = 16;
// As startGatewayProcess gives it to its gateways.
const FINGERPRINT_KEY = Buffer.alloc(32, 1);
const GOOD = 'CreateRealtimeSessionSuccess';

type World = {
  readonly gateways: readonly [GatewayProcess, GatewayProcess];
  readonly pooler: PgBouncer;
  readonly query: <Row extends pg.QueryResultRow>(text: string, values: readonly unknown[]) => Promise<Row[]>;
};

/** Two gateways over one PgBouncer, which is left alone in the first round and killed in the second. */
export async function runPooler({ mints, preparedStatements }: Options): Promise<PoolerReport> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-pooler-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  await chmod(folder, 0o755);
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const server = await startEmbeddedPostgres({ dataDirectory: folder, log });
  stack.defer(() => server.stop());
  const pooler = await startPgBouncer([server.applicationUrl], {
    // Fewer than the two gateways have together.
    default_pool_size: '8',
    ...(preparedStatements === 'on' ? { max_prepared_statements: '200' } : {}),
  });
  stack.defer(() => pooler.stop());
  const upstream = await startFakeUpstream({ kind: 'ga' });
  stack.defer(() => upstream.stop());
  const urls = { url: pooler.through(server.applicationUrl), ownerUrl: server.ownerUrl };
  const env = {
    ...upstreamEnv(upstream.baseUrl),
    GATEHOUSE_PREPARED_STATEMENTS: preparedStatements,
    // Listings and mints at once, on few connections.
    GATEHOUSE_DATABASE_TIMEOUT_MS: '10000',
  };
  const start = async () => {
    const gateway = await startGatewayProcess(urls, env);
    stack.defer(async () => {
      gateway.child.kill('SIGTERM');
      await gateway.ended;
    });
    return gateway;
  };
  const superuser = new pg.Pool({
    connectionString: inDatabase(server.superuserUrl, new URL(server.ownerUrl).pathname.slice(1)),
  });
  stack.defer(() => superuser.end());
  const query: World['query'] = async (text, values) => (await superuser.query(text, [...values])).rows;
  const world = { gateways: [await start(), await start()], pooler, query } as const;
  const steady = await runRound(world, mints, async () => {});
  const restarted = await runRound(world, mints, () => pooler.restart());
  const verified = await verify({
    DATABASE_URL: urls.url,
    GATEHOUSE_PREPARED_STATEMENTS: preparedStatements,
  });
  return {
    pgBouncer: pgBouncerVersion(),
    steady,
    restarted,
    verified,
    violations: violationsOf({ mints, steady, restarted, verified }),
  };
}

/** Mints and lists through both gateways; `inTheMiddle` is called when half of the sessions have been asked for. */
async function runRound(world: World, mints: number, inTheMiddle: () => Promise<void>): Promise<Round> {
  const { gateways, query } = world;
  const startedAt = performance.now();
  const stream = await openStream(gateways[1].url);
  const minted: Record<string, number> = {};
  const listed: Record<string, number> = {};
  const held = new Map<string, string>();
  const middle: Promise<void>[] = [];
  let asked = 0;
  const client = async () => {
    while (asked < mints) {
      asked += 1;
      if (asked === Math.ceil(mints / 2)) middle.push(inTheMiddle());
      const { url } = gateways[asked % 2 === 0 ? 0 : 1];
      const externalUserId = `user-${asked % 50}`;
      const answer = await askAt(url, ISSUE, { input: { externalUserId } });
      const result = answer.body.data?.createRealtimeSession;
      if (result?.clientSecret) held.set(result.clientSecret.value, result.session?.id ?? '');
      add(minted, kindOf(answer, result?.__typename));
      add(listed, kindOf(await askAt(url, LIST), 'listed'));
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  await Promise.all(middle);
  const told = () =>
    new Set(
      eventsOf(stream.arrived.flatMap(({ result }) => (result?.data ? [result] : []))).map(
        ({ session }) => session.id,
      ),
    );
  const issued = [...held.values()].filter((id) => id !== '');
  await eventually(async () => (issued.every((id) => told().has(id)) ? true : undefined)).catch(() => {});
  const untold = issued.filter((id) => !told().has(id)).length;
  stream.close();
  return {
    seconds: Math.round(performance.now() - startedAt) / 1000,
    mints: minted,
    listings: listed,
    secrets: held.size,
    unrecorded: await countUnrecorded(query, FINGERPRINT_KEY, held.keys()),
    untold,
  };
}

function kindOf({ status, body }: Answer, good: string | undefined): string {
  const code = body.errors?.[0]?.extensions?.code;
  return code === undefined ? `${good ?? `status ${status}`}` : String(code);
}

function add(counts: Record<string, number>, kind: string): void {
  counts[kind] = (counts[kind] ?? 0) + 1;
}

/** `gatehouse audit verify`, through the pooler. */
function verify(env: Record<string, string>): Promise<string> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [CLI, 'audit', 'verify'],
      {
        cwd: tmpdir(),
        env: { ...env, ...COMPILE_CACHE, GATEHOUSE_AUDIT_KEY: Buffer.alloc(32, 2).toString('base64') },
      },
      (error, stdout, stderr) => resolve(`${error ? 'FAILED ' : ''}${stdout}${stderr}`.trim()),
    );
  });
}

function violationsOf({
  mints,
  steady,
  restarted,
  verified,
}: Pick<PoolerReport, 'steady' | 'restarted' | 'verified'> & { readonly mints: number }): string[] {
  return [
    ...(steady.mints[GOOD] === mints ? [] : ['not every mint succeeded']),
    ...(steady.listings['listed'] === mints ? [] : ['not every listing succeeded']),
    ...(steady.untold + restarted.untold === 0 ? [] : ['the subscription missed a session']),
    ...(steady.unrecorded + restarted.unrecorded === 0 ? [] : ['a secret has no record']),
    // It is back within a second, and nothing fails for long.
    ...((restarted.mints[GOOD] ?? 0) > mints / 2 ? [] : ['after the restart most mints failed']),
    ...(verified.includes('The trail is what was sealed.') ? [] : ['audit verify did not succeed']),
  ];
}
