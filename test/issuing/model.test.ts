import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, test } from 'vitest';
import { useDatabase, useProxy, useUpstream } from '../support/fixture.ts';
import { startGateway, type TestGateway, upstreamEnv } from '../support/gateway.ts';
import { burstCommand } from './model/burst-command.ts';
import { DEADLINE, DEFAULTS, type Model } from './model/issuing-model.ts';
import {
  reinstateCommand,
  revokeCommand,
  setPolicyCommand,
  suspendCommand,
  waitCommand,
} from './model/limit-commands.ts';
import { mintCommand } from './model/mint-command.ts';
import { MEANWHILE, PROVIDER } from './model/scenes.ts';
import { recover, type World } from './model/world.ts';

const DATABASE_TIMEOUT_MS = 2000;
// What settleMarginMs in domain/issue-session.ts adds, taken off again.
const UPSTREAM_TIMEOUT_MS = DEADLINE * 1000 - 2 * DATABASE_TIMEOUT_MS - 1000;

const database = useDatabase();
const proxy = useProxy(database);
const upstream = useUpstream();
let gateways: [TestGateway, TestGateway];

beforeAll(async () => {
  const env = {
    ...upstreamEnv(upstream.baseUrl),
    GATEHOUSE_FINGERPRINT_KEY: randomBytes(32).toString('base64'),
    GATEHOUSE_DATABASE_TIMEOUT_MS: String(DATABASE_TIMEOUT_MS),
    GATEHOUSE_UPSTREAM_TIMEOUT_MS: String(UPSTREAM_TIMEOUT_MS),
    GATEHOUSE_MAX_ACTIVE_SESSIONS: String(DEFAULTS.maxActiveSessions),
    GATEHOUSE_MAX_MINTS_PER_MINUTE: String(DEFAULTS.maxMintsPerMinute),
    GATEHOUSE_MAX_MINTS_PER_DAY: String(DEFAULTS.maxMintsPerDay),
    GATEHOUSE_MAX_TTL_SECONDS: String(DEFAULTS.maxTtlSeconds),
  };
  const start = () => startGateway(proxy, env);
  gateways = [await start(), await start()];
});

afterAll(async () => {
  await Promise.all((gateways ?? []).map((gateway) => gateway.close()));
});

const whom = {
  user: fc.constantFrom('alice', 'bob'),
  replica: fc.constantFrom(0, 1),
};
// Few of each, so that keys are repeated and limits are met. All times lie far enough apart to be told apart on a
// machine that is slow.
const wish = fc.record({
  key: fc.constantFrom(null, null, 'key-1', 'key-2'),
  ttl: fc.constantFrom(null, 100, 300, 900),
  model: fc.constantFrom('gpt-realtime-2.1', 'gpt-realtime-2.1', 'gpt-realtime-mini'),
  instructions: fc.constantFrom('Be kind.', 'Be kind.', 'Be brief.'),
});
const mint = fc
  .record({
    ...whom,
    wish,
    provider: fc.oneof(
      { weight: 4, arbitrary: fc.constant('mints' as const) },
      { weight: 2, arbitrary: fc.constantFrom(...(Object.keys(PROVIDER) as (keyof typeof PROVIDER)[])) },
    ),
    meanwhile: fc.oneof(
      { weight: 3, arbitrary: fc.constant('nothing' as const) },
      { weight: 2, arbitrary: fc.constantFrom(...MEANWHILE) },
    ),
  })
  .map(mintCommand);
const changes = fc.record(
  {
    allowedModels: fc.constantFrom(null, [], ['gpt-realtime-mini']),
    maxTtlSeconds: fc.constantFrom(null, 300),
    maxActiveSessions: fc.constantFrom(null, 0, 1, 5),
    maxMintsPerMinute: fc.constantFrom(null, 0, 2, 20),
    maxMintsPerDay: fc.constantFrom(null, 4, 50),
  },
  { requiredKeys: [] },
);
const burst = fc.record({ ...whom, wish, count: fc.integer({ min: 2, max: 6 }) }).map(burstCommand);
const revoke = fc.tuple(fc.record(whom), fc.nat({ max: 7 })).map(([by, place]) => revokeCommand(by, place));
const wait = fc
  .tuple(fc.record(whom), fc.constantFrom(70, 70, 700, 86_500))
  .map(([by, seconds]) => waitCommand(by, seconds));
const commands = fc.commands(
  [
    // As often as they are listed.
    mint,
    mint,
    mint,
    mint,
    burst,
    revoke,
    wait,
    fc.record(whom).map(suspendCommand),
    fc.record(whom).map(reinstateCommand),
    fc.tuple(fc.record(whom), changes).map(([by, changed]) => setPolicyCommand(by, changed)),
  ],
  { maxCommands: 30, size: 'max' },
);

// Each is another sequence of up to thirty commands; 200 for a thorough run.
const RUNS = Number(process.env['MODEL_RUNS'] ?? 9);

test('whatever is asked in whatever order, both gateways answer as the rules say', {
  timeout: 120_000,
}, async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(commands, async (sequence) => {
      run += 1;
      const world: World = { gateways, upstream, database, proxy, run };
      const model: Model = { now: 0, users: new Map() };
      // Whatever an earlier, failed run left behind.
      upstream.reset();
      proxy.forgetBreaks();
      await recover(world);
      await fc.asyncModelRun(() => ({ model, real: world }), sequence);
    }),
    { numRuns: RUNS },
  );
});
