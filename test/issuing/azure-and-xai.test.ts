import { afterEach, describe, expect, test } from 'vitest';
import { CREATE, READ } from '../support/documents.ts';
import { dumpOf } from '../support/dump.ts';
import { useDatabase, useGateway, useUpstream } from '../support/fixture.ts';
import type { TestGateway } from '../support/gateway.ts';

const database = useDatabase();
const azure = useUpstream('azure');
const xai = useUpstream('xai');
const atAzure = useGateway(database, () => ({
  GATEHOUSE_PROVIDER: 'azure',
  AZURE_OPENAI_ENDPOINT: azure.baseUrl,
  AZURE_OPENAI_API_KEY: 'a1b2c3d4e5f6a1b2c3d4e5f6a1b2c3d4',
}));
const atXai = useGateway(database, () => ({
  GATEHOUSE_PROVIDER: 'xai',
  XAI_API_KEY: `xai-${'a1B2c3D4'.repeat(10)}`,
  XAI_BASE_URL: `${xai.baseUrl}/?trace=1`,
  GATEHOUSE_DEFAULT_MODEL: 'grok-voice-latest',
}));
afterEach(() => {
  azure.reset();
  xai.reset();
});

async function create(gateway: TestGateway, input: object) {
  const { body } = await gateway.ask(CREATE, { input: { externalUserId: 'alice', ...input } });
  return body.data.createRealtimeSession;
}

const OPEN = [
  ['azure', atAzure, azure],
  ['xai', atXai, xai],
] as const;

describe.each(OPEN)('%s', (provider, gateway, upstream) => {
  test('a session is minted, recorded under its provider, and its secret is nowhere else', async () => {
    const created = await create(gateway, { model: 'a-deployment' });
    expect(created).toMatchObject({
      __typename: 'CreateRealtimeSessionSuccess',
      session: { provider, model: 'a-deployment', status: 'ACTIVE' },
    });
    const value: string = created.clientSecret.value;
    expect(upstream.minted.map((minted) => minted.value)).toEqual([value]);
    expect(created.session.clientSecret.redacted).toBe(
      `${provider === 'xai' ? 'xai-' : 'ek_'}…${value.slice(-4)}`,
    );

    // A caller that repeats it in a label does not bring it back.
    const again = await create(gateway, {
      labels: [{ key: 'note', value: `the last was ${value}, thanks` }],
    });
    expect(again.session.labels).toEqual([{ key: 'note', value: 'the last was [redacted], thanks' }]);
    const asUser = await create(gateway, { externalUserId: value });
    expect(asUser).toMatchObject({
      __typename: 'InvalidInputError',
      issues: [{ path: ['externalUserId'] }],
    });
    expect(await dumpOf(database)).not.toContain(value);
    expect(gateway.logLines.join('')).not.toContain(value);
  });

  test('without a lifetime of its own a session gets 600 seconds, whatever is the default there', async () => {
    await create(gateway, {});
    expect(upstream.calls[0]?.body).toMatchObject({ expires_after: { seconds: 600 } });
  });

  test('the id of a refused request is recorded', async () => {
    upstream.next({ kind: 'answer', status: 404, body: { error: { code: 'DeploymentNotFound' } } });
    const refused = await create(gateway, { model: 'unknown' });
    expect(refused).toMatchObject({
      __typename: 'UpstreamError',
      upstreamStatus: 404,
      upstreamCode: 'DeploymentNotFound',
      retryable: false,
      possiblyIssued: false,
    });
    expect(refused.upstreamRequestId).toMatch(/^req_[0-9a-f]{32}$/);
    expect(refused.session.failure.upstreamRequestId).toBe(refused.upstreamRequestId);
  });
});

test('azure has the lifetimes of OpenAI', async () => {
  const created = await create(atAzure, { model: 'a-deployment', voice: 'marin', expiresAfterSeconds: 7200 });
  expect(created.session).toMatchObject({ voice: 'marin', upstreamSessionId: azure.minted[0]?.sessionId });
  expect(azure.calls[0]?.body).toMatchObject({ expires_after: { anchor: 'created_at', seconds: 7200 } });
});

describe('xai', () => {
  const REFUSED: readonly [object, string][] = [
    [{ expiresAfterSeconds: 3601 }, 'expiresAfterSeconds'],
    [{ expiresAfterSeconds: 7200 }, 'expiresAfterSeconds'],
    [{ type: 'TRANSCRIPTION' }, 'type'],
    [{ modalities: ['AUDIO'] }, 'modalities'],
    [{ instructions: 'Be brief.' }, 'instructions'],
    [{ voice: 'ara' }, 'voice'],
    [{ inputAudioFormat: 'PCM16' }, 'inputAudioFormat'],
    [{ outputAudioFormat: 'PCM16' }, 'outputAudioFormat'],
    [{ inputAudioTranscription: { language: 'nl' } }, 'inputAudioTranscription'],
    [{ turnDetection: { serverVad: {} } }, 'turnDetection'],
    [{ turnDetection: { disabled: true } }, 'turnDetection'],
    [{ inputAudioNoiseReduction: { type: 'FAR_FIELD' } }, 'inputAudioNoiseReduction'],
    // Whether they are off is not decided here.
    [{ turnDetection: null }, 'turnDetection'],
    [{ inputAudioTranscription: null }, 'inputAudioTranscription'],
    [{ inputAudioNoiseReduction: null }, 'inputAudioNoiseReduction'],
    [{ tools: [{ function: { name: 'f' } }] }, 'tools'],
    [{ tools: [] }, 'tools'],
    [{ toolChoice: { mode: 'NONE' } }, 'toolChoice'],
    [{ temperature: 0.8 }, 'temperature'],
    [{ maxResponseOutputTokens: 100 }, 'maxResponseOutputTokens'],
    [{ extra: { speed: 1 } }, 'extra.speed'],
    [{ extra: { reasoning: { effort: 'low' } } }, 'extra.reasoning.effort'],
  ];

  test.each(REFUSED)('%j is refused by its path, before anything is reserved', async (input, path) => {
    const count = () => database.query('SELECT count(*)::int FROM realtime_session');
    const before = await count();
    expect(await create(atXai, input)).toMatchObject({
      __typename: 'InvalidInputError',
      issues: [{ path: path.split('.') }],
    });
    expect(xai.calls).toEqual([]);
    expect(await count()).toEqual(before);
  });

  test('nothing is recorded of a session that its client configures, except what was sent', async () => {
    const created = await create(atXai, {
      expiresAfterSeconds: 3600,
      extra: { reasoning: { effort: 'none' } },
    });
    expect(xai.calls[0]).toMatchObject({
      path: '/v1/realtime/client_secrets?trace=1',
      body: {
        expires_after: { seconds: 3600 },
        session: { model: 'grok-voice-latest', reasoning: { effort: 'none' } },
      },
    });
    const { expiresAt } = created.session.clientSecret;
    const expected = {
      upstreamSessionId: null,
      object: 'realtime.session',
      type: 'REALTIME',
      model: 'grok-voice-latest',
      modalities: [],
      instructions: null,
      voice: null,
      inputAudioFormat: null,
      outputAudioFormat: null,
      inputAudioTranscription: null,
      turnDetection: null,
      inputAudioNoiseReduction: null,
      tools: [],
      toolChoice: null,
      temperature: null,
      maxResponseOutputTokens: null,
      upstreamConfig: null,
    };
    expect(created.session).toMatchObject(expected);
    const read = await atXai.ask(READ, { id: created.session.id });
    expect(read.body.data.realtimeSession).toMatchObject(expected);
    const exposedMs = Date.parse(read.body.data.realtimeSession.exposedUntil) - Date.parse(expiresAt);
    expect(Math.round(exposedMs / 1000)).toBeGreaterThanOrEqual(7200);
  });

  test('what an answer says of the session is recorded', async () => {
    const session = { id: 'sess_1', model: 'grok-voice-think-fast-2.0', audio: { output: { voice: 'ara' } } };
    xai.next({
      kind: 'answer',
      status: 200,
      body: { client_secret: { value: `xai-realtime-client-secret-${'b2'.repeat(40)}` }, session },
    });
    const created = await create(atXai, {});
    expect(created.session).toMatchObject({
      upstreamSessionId: 'sess_1',
      model: 'grok-voice-think-fast-2.0',
      voice: 'ara',
      turnDetection: null,
      upstreamConfig: session,
    });
  });
});

test('an effort of none is refused where it is not known', async () => {
  const input = { model: 'a-deployment', extra: { reasoning: { effort: 'none' } } };
  expect(await create(atAzure, input)).toMatchObject({
    __typename: 'InvalidInputError',
    issues: [
      { path: ['extra', 'reasoning', 'effort'], message: 'must be minimal, low, medium, high, or xhigh' },
    ],
  });
});
