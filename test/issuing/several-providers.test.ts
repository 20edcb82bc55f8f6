import { beforeEach, describe, expect, test } from 'vitest';
import { dataOf, NOT_ASKED, readUser, setPolicy, trailOf } from '../support/ask.ts';
import { use, useDatabase, useGateway, useUpstream } from '../support/fixture.ts';
import { forwardByPath } from '../support/forward-by-path.ts';
import { upstreamEnv } from '../support/gateway.ts';
import { metric } from '../support/metric.ts';

// Several providers at one gateway: which of them mints, and that what happens at one is not felt at the other.

const ISSUE = /* GraphQL */ `
  mutation Issue($input: CreateRealtimeSessionInput!) {
    createRealtimeSession(input: $input) {
      __typename
      ... on CreateRealtimeSessionSuccess { session { id provider model exposedUntil } }
      ... on InvalidInputError { issues { path message } }
      ... on PolicyViolationError { message rule allowed }
      ... on IdempotencyConflictError { reason }
      ... on UpstreamError { upstreamStatus retryable possiblyIssued session { id provider } }
    }
  }
`;
const ISSUED = 'CreateRealtimeSessionSuccess';
const PATIENCE = { timeout: 10_000, interval: 10 };
const IN_FLIGHT = 3;

const database = useDatabase();
const openai = useUpstream('ga');
const beta = useUpstream('flat');
// Both have the same base URL, because they are one account; their paths differ.
const account = use(
  () => forwardByPath((path) => (path.endsWith('/realtime/sessions') ? beta : openai)),
  ({ close }) => close(),
);
const gateway = useGateway(database, () => ({
  ...upstreamEnv(account.baseUrl),
  GATEHOUSE_PROVIDER: '',
  GATEHOUSE_PROVIDERS: 'openai, openai-beta, sandbox',
  GATEHOUSE_MODEL_PROVIDERS: 'old=openai-beta, a=b=openai-beta, new=openai, gpt-live-transcribe=openai-beta',
  GATEHOUSE_ALLOWED_PROVIDERS: 'openai,openai-beta',
  GATEHOUSE_MAX_MINTS_IN_FLIGHT: String(IN_FLIGHT),
  GATEHOUSE_MINT_QUEUE: '0',
}));

beforeEach(() => {
  openai.reset();
  beta.reset();
});

const issue = async (input: Record<string, unknown>) =>
  (await dataOf(gateway, ISSUE, { input })).createRealtimeSession;

describe('who mints', () => {
  test.each([
    ['the first, by default', {}, 'openai'],
    ['the one that is named', { provider: 'openai-beta' }, 'openai-beta'],
    ['the first, when it is named', { provider: 'openai' }, 'openai'],
    ['the one that the model is bound to', { model: 'old' }, 'openai-beta'],
    ['the one that a model with a sign in its name is bound to', { model: 'a=b' }, 'openai-beta'],
    ['the one that is named, whatever the model is bound to', { model: 'old', provider: 'openai' }, 'openai'],
    ['the first, for a model whose name only begins like one that is bound', { model: 'older' }, 'openai'],
    ['the first, when the name is null', { provider: null }, 'openai'],
  ])('%s', async (_, input, provider) => {
    const { __typename, session } = await issue({ externalUserId: 'alice', ...input });
    expect({ __typename, provider: session.provider }).toEqual({ __typename: ISSUED, provider });
    expect({ openai: openai.calls.length, 'openai-beta': beta.calls.length }).toEqual({
      openai: 0,
      'openai-beta': 0,
      [provider]: 1,
    });
    const read = 'query ($id: ID!) { realtimeSession(id: $id) { provider } }';
    expect(await dataOf(gateway, read, { id: session.id })).toEqual({ realtimeSession: { provider } });
  });

  test.each([
    ['a provider that is not configured', 'azure'],
    ['another case', 'OpenAI'],
    ['a space behind it', 'openai '],
    ['no name', ''],
    ['a very long name', 'x'.repeat(10_000)],
  ])('nobody, for %s', async (_, provider) => {
    expect(await issue({ externalUserId: 'nobody', provider })).toEqual({
      __typename: 'InvalidInputError',
      issues: [
        {
          path: ['provider'],
          message: 'must be one of the configured providers: openai, openai-beta, sandbox',
        },
      ],
    });
    expect(await trailOf(database, 'nobody')).toEqual([]);
    expect([...openai.calls, ...beta.calls]).toEqual([]);
  });

  test('what the input may say depends on who mints', async () => {
    const input = { externalUserId: 'alice', temperature: 0.7 };
    expect(await issue(input)).toMatchObject({ issues: [{ path: ['temperature'] }] });
    for (const chosen of [{ provider: 'openai-beta' }, { model: 'old' }])
      expect(await issue({ ...input, ...chosen })).toMatchObject({ __typename: ISSUED });
    // Its model too can be a default, or be named where a transcription is described.
    const transcription = { externalUserId: 'alice', type: 'TRANSCRIPTION' };
    for (const chosen of [{}, { inputAudioTranscription: { model: 'old' } }, { provider: 'openai-beta' }])
      expect(await issue({ ...transcription, ...chosen })).toMatchObject({ issues: [{ path: ['type'] }] });
    for (const chosen of [{ provider: 'openai' }, { inputAudioTranscription: { model: 'whisper-1' } }])
      expect(await issue({ ...transcription, ...chosen })).toMatchObject({ session: { provider: 'openai' } });
  });

  test('a listing can be filtered by it', async () => {
    const { session } = await issue({ externalUserId: 'listed', provider: 'openai-beta' });
    await issue({ externalUserId: 'listed' });
    const list = `{ realtimeSessions(filter: { externalUserId: "listed", providers: ["openai-beta", "azure"] }) { nodes { id } } }`;
    expect(await dataOf(gateway, list)).toEqual({ realtimeSessions: { nodes: [{ id: session.id }] } });
  });
});

describe('a repeated idempotency key', () => {
  test('with another provider is another input; nothing is minted there', async () => {
    const input = { externalUserId: 'keyed', idempotencyKey: 'once', provider: 'openai' };
    expect(await issue(input)).toMatchObject({ __typename: ISSUED });
    for (const other of [{ provider: 'openai-beta' }, { provider: null }]) {
      expect(await issue({ ...input, ...other })).toEqual({
        __typename: 'IdempotencyConflictError',
        reason: 'DIFFERENT_INPUT',
      });
    }
    expect(await issue(input)).toEqual({ __typename: 'SecretAlreadyIssuedError' });
    expect([openai.calls.length, beta.calls.length]).toEqual([1, 0]);
  });
});

describe('a policy', () => {
  test('refuses a provider that it does not name, wherever it comes from', async () => {
    const externalUserId = 'bound';
    const overrides = { allowedProviders: ['openai-beta', 'azure'] };
    expect(await setPolicy(gateway, { externalUserId, ...overrides })).toMatchObject({ overrides });
    const refused = {
      __typename: 'PolicyViolationError',
      message: 'The policy of this user does not allow the provider.',
      rule: 'PROVIDER',
      allowed: ['openai-beta', 'azure'],
    };
    const tries = [{}, { provider: 'openai' }, { model: 'new' }, { model: 'old', provider: 'openai' }];
    for (const input of tries) expect(await issue({ externalUserId, ...input })).toEqual(refused);
    for (const input of [{ provider: 'openai-beta' }, { model: 'old' }])
      expect(await issue({ externalUserId, ...input })).toMatchObject({ __typename: ISSUED });

    await setPolicy(gateway, { externalUserId, allowedProviders: [] });
    expect(await issue({ externalUserId, model: 'old' })).toEqual({ ...refused, allowed: [] });
    expect(openai.calls).toEqual([]);
    await setPolicy(gateway, { externalUserId, allowedProviders: null });
    expect(await issue({ externalUserId })).toMatchObject({ __typename: ISSUED });

    const trail = await trailOf(database, externalUserId);
    const denied = trail.filter(({ action }) => action === 'session.denied');
    expect(denied).toHaveLength(tries.length + 1);
    expect(denied[0]).toMatchObject({
      outcome: 'DENIED',
      session_id: null,
      detail: { reason: 'policy', rule: 'PROVIDER', allowed: refused.allowed },
    });
    expect(trail.filter(({ action }) => action === 'policy.set')).toMatchObject([
      { detail: { allowed_providers: ['openai-beta', 'azure'] } },
      { detail: { allowed_providers: [] } },
      { detail: { allowed_providers: null } },
    ]);
  });

  test('is the configured one until a user or an application has its own', async () => {
    const input = { externalUserId: 'default', provider: 'sandbox' };
    expect(await issue(input)).toMatchObject({ rule: 'PROVIDER', allowed: ['openai', 'openai-beta'] });
    const allowedOf = async () => {
      const { policy, policyOverrides } = await readUser(gateway, 'default');
      return [policy.allowedProviders, policyOverrides.allowedProviders];
    };
    expect(await allowedOf()).toEqual([['openai', 'openai-beta'], null]);
    await setPolicy(gateway, { externalUserId: 'default', allowedProviders: ['sandbox'] });
    expect(await allowedOf()).toEqual([['sandbox'], ['sandbox']]);
    expect(await issue(input)).toMatchObject({ session: { provider: 'sandbox' } });
  });

  test.each([
    ['an empty name', ['openai', ''], ['allowedProviders', '1']],
    ['a name that is too long', ['x'.repeat(65)], ['allowedProviders', '0']],
  ])('takes no %s', async (_, allowedProviders, path) => {
    expect(await setPolicy(gateway, { externalUserId: 'alice', allowedProviders })).toMatchObject({
      __typename: 'InvalidInputError',
      issues: [{ path }],
    });
  });
});

describe('null in the input', () => {
  const RECORDED = /* GraphQL */ `
    mutation ($input: CreateRealtimeSessionInput!) {
      createRealtimeSession(input: $input) {
        __typename
        ... on InvalidInputError { issues { path message } }
        ... on IdempotencyConflictError { reason }
        ... on CreateRealtimeSessionSuccess {
          session {
            turnDetection { __typename ... on ServerVad { threshold } }
            inputAudioTranscription { model }
            inputAudioNoiseReduction { type }
          }
        }
      }
    }`;
  const OFF = { turnDetection: null, inputAudioTranscription: null, inputAudioNoiseReduction: null };
  const DETECTED = { __typename: 'ServerVad', threshold: 0.5 };

  /** What upstream was sent of the session, and what was recorded of it. */
  async function sent(input: Record<string, unknown>) {
    const result = (await dataOf(gateway, RECORDED, { input: { externalUserId: 'nil', ...input } }))
      .createRealtimeSession;
    expect(result.__typename, JSON.stringify(result)).toBe(ISSUED);
    const last = openai.calls.at(-1) ?? beta.calls.at(-1);
    const { expires_after: _, client_secret: __, session, ...flat } = Object(last?.body);
    openai.reset();
    beta.reset();
    return [session ?? flat, result.session];
  }

  test('switches off what it switches off at the provider; left out, the default applies', async () => {
    const model = 'gpt-realtime-2.1';
    expect(await sent({ model })).toEqual([
      { type: 'realtime', model },
      { turnDetection: DETECTED, inputAudioTranscription: null, inputAudioNoiseReduction: null },
    ]);
    const off = { transcription: null, noise_reduction: null, turn_detection: null };
    expect(await sent({ model, ...OFF })).toEqual([{ type: 'realtime', model, audio: { input: off } }, OFF]);
    expect(await sent({ model, turnDetection: null })).toMatchObject([
      { audio: { input: { turn_detection: null } } },
      { turnDetection: null },
    ]);
    expect(await sent({ model, turnDetection: { disabled: true } })).toMatchObject([
      { audio: { input: { turn_detection: null } } },
      { turnDetection: null },
    ]);
    expect(await sent({ model, extra: { tracing: null, prompt: null } })).toMatchObject([
      { tracing: null, prompt: null },
      {},
    ]);
  });

  test('in the older dialect', async () => {
    expect(await sent({ model: 'old' })).toMatchObject([{ model: 'old' }, { turnDetection: DETECTED }]);
    expect(await sent({ model: 'old', ...OFF })).toEqual([
      {
        model: 'old',
        turn_detection: null,
        input_audio_transcription: null,
        input_audio_noise_reduction: null,
      },
      OFF,
    ]);
  });

  test('in a session that only transcribes, or only translates', async () => {
    const provider = 'openai';
    const model = 'whisper-1';
    expect(await sent({ provider, type: 'TRANSCRIPTION', model, ...OFF })).toEqual([
      {
        type: 'transcription',
        audio: { input: { transcription: { model }, noise_reduction: null, turn_detection: null } },
      },
      { ...OFF, inputAudioTranscription: { model } },
    ]);
    // It detects no turns, so there is nothing to switch off.
    expect(await sent({ type: 'TRANSLATION', model: 'new', outputLanguage: 'es', ...OFF })).toEqual([
      {
        model: 'new',
        audio: { input: { transcription: null, noise_reduction: null }, output: { language: 'es' } },
      },
      OFF,
    ]);
  });

  test('is the same as left out in every other field', async () => {
    const fields =
      'type model modalities instructions voice inputAudioFormat outputAudioFormat tools toolChoice';
    const more =
      'temperature maxResponseOutputTokens provider outputLanguage extra labels expiresAfterSeconds';
    const nulls = Object.fromEntries(`${fields} ${more}`.split(' ').map((field) => [field, null]));
    expect(await sent(nulls)).toEqual(await sent({}));
    const vad = 'threshold prefixPaddingMs silenceDurationMs idleTimeoutMs createResponse interruptResponse';
    const open = Object.fromEntries(vad.split(' ').map((field) => [field, null]));
    expect(await sent({ turnDetection: { serverVad: open } })).toEqual(
      await sent({ turnDetection: { serverVad: {} } }),
    );
  });

  test.each([
    ['turnDetection', 'IdempotencyConflictError'],
    ['inputAudioTranscription', 'IdempotencyConflictError'],
    ['inputAudioNoiseReduction', 'IdempotencyConflictError'],
    ['voice', 'SecretAlreadyIssuedError'],
    ['toolChoice', 'SecretAlreadyIssuedError'],
    ['extra', 'SecretAlreadyIssuedError'],
  ])('of %s with the key of a request that left it out is answered with %s', async (field, answer) => {
    const input = { externalUserId: 'nil', idempotencyKey: `null-${field}` };
    await dataOf(gateway, RECORDED, { input });
    const again = await dataOf(gateway, RECORDED, { input: { ...input, [field]: null } });
    expect(again.createRealtimeSession.__typename).toBe(answer);
  });
});

describe('a provider that does not work', () => {
  test('and hangs takes no place of another, not even for the user and the caller whose mints hang', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    beta.always({ kind: 'hold', until: promise });
    const held = Array.from({ length: IN_FLIGHT }, (_, index) =>
      issue({ externalUserId: `held-${index}`, provider: 'openai-beta' }),
    );
    await expect.poll(() => beta.calls.length, PATIENCE).toBe(IN_FLIGHT);
    // It has no place left, and nobody may wait for one.
    expect(await issue({ externalUserId: 'one-more', provider: 'openai-beta' })).toEqual(NOT_ASKED);
    const others = await Promise.all(
      Array.from({ length: IN_FLIGHT }, (_, index) => issue({ externalUserId: `held-${index}` })),
    );
    for (const other of others)
      expect(other).toMatchObject({ __typename: ISSUED, session: { provider: 'openai' } });
    resolve();
    for (const result of await Promise.all(held)) expect(result).toMatchObject({ __typename: ISSUED });
  });

  test('and keeps failing is not asked, while mints of another that run at the same time go on', async () => {
    const circuit = (provider: string) => metric(gateway, `gatehouse_circuit_open{provider="${provider}"}`);
    expect([await circuit('openai'), await circuit('openai-beta')]).toEqual([0, 0]);
    const state = { circuitOpen: false, supportsBrokered: false };
    // The sandbox does where WebRTC is installed.
    const sandboxState = { circuitOpen: false, supportsBrokered: expect.any(Boolean) };
    expect(await providerStates()).toEqual([
      { name: 'openai', isDefault: true, isSandbox: false, ...state, supportsBrokered: true },
      { name: 'openai-beta', isDefault: false, isSandbox: false, ...state },
      { name: 'sandbox', isDefault: false, isSandbox: true, ...sandboxState },
    ]);
    const minted = (labels: string) => metric(gateway, `gatehouse_mint_seconds_count{${labels}}`);
    const okBefore = (await minted('provider="openai",outcome="issued",code="ok"')) ?? 0;
    beta.always({ kind: 'answer', status: 503 });
    const failed: unknown[] = [];
    const beside: unknown[] = [];
    // Until the circuit opens, and four times on: at each step a mint at either of them.
    for (let index = 0; index < 24; index += 1) {
      const externalUserId = `outage-${index % 8}`;
      const [one, other] = await Promise.all([
        issue({ externalUserId, provider: 'openai-beta' }),
        issue({ externalUserId }),
      ]);
      failed.push(one);
      beside.push(other);
    }
    for (const result of beside)
      expect(result).toMatchObject({ __typename: ISSUED, session: { provider: 'openai' } });
    for (const result of failed.slice(0, 20))
      expect(result).toMatchObject({ upstreamStatus: 503, session: { provider: 'openai-beta' } });
    for (const result of failed.slice(20)) expect(result).toEqual(NOT_ASKED);
    expect([openai.calls.length, beta.calls.length]).toEqual([24, 20]);

    expect([await circuit('openai'), await circuit('openai-beta')]).toEqual([0, 1]);
    expect(await providerStates()).toMatchObject([
      { circuitOpen: false },
      { circuitOpen: true },
      { circuitOpen: false },
    ]);
    expect(await minted('provider="openai-beta",outcome="failed",code="upstream_unavailable"')).toBe(20);
    expect(await minted('provider="openai",outcome="issued",code="ok"')).toBe(okBefore + 24);
    const changed = gateway.logLines.filter((line) => line.includes('the circuit to the provider changed'));
    expect(changed.map((line) => JSON.parse(line))).toMatchObject([
      { provider: 'openai-beta', state: 'open' },
    ]);
  });

  test('and answers odd expiries, or refuses our key, is named: in the metrics, and once each in the log', async () => {
    const past = { value: 'ek_0123456789abcdef', expires_at: Math.floor(Date.now() / 1000) - 60 };
    openai.always({ kind: 'answer', status: 200, body: past });
    for (let times = 0; times < 2; times += 1) await issue({ externalUserId: 'odd' });
    openai.always({ kind: 'answer', status: 401 });
    await issue({ externalUserId: 'odd' });
    expect(await metric(gateway, 'gatehouse_odd_expiries_total{provider="openai",kind="past"}')).toBe(2);
    const named = (text: string) =>
      gateway.logLines.flatMap((line) => (line.includes(text) ? [JSON.parse(line).provider] : []));
    expect(named('a secret was issued with an expiry in the past')).toEqual(['openai']);
    expect(named("the provider refuses the gateway's own key")).toEqual(['openai']);
  });
});

async function providerStates() {
  const { body } = await gateway.ask(
    '{ gateway { providers { name isDefault circuitOpen isSandbox supportsBrokered } } }',
  );
  return body.data.gateway.providers;
}
