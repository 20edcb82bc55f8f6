import { beforeEach, expect, test } from 'vitest';
import type { JsonObject } from '../../src/platform/validation/json.ts';
import { CREATE, READ, TRAIL } from '../support/documents.ts';
import { useDatabase, useGateway, useUpstream } from '../support/fixture.ts';
import { upstreamEnv } from '../support/gateway.ts';

const database = useDatabase();
const upstream = useUpstream();
const gateway = useGateway(database, () => upstreamEnv(upstream.baseUrl));

beforeEach(() => upstream.reset());

test('hands the secret over once and keeps a redacted record of it', async () => {
  const { status, body } = await gateway.ask(CREATE, {
    input: { externalUserId: 'alice', expiresAfterSeconds: 120, labels: [{ key: 'call', value: '17' }] },
  });
  const [minted] = upstream.minted;
  expect(status).toBe(200);
  const { clientSecret, session } = body.data.createRealtimeSession;
  expect(clientSecret).toEqual({ value: minted?.value, expiresAt: minted?.expiresAt.toISOString() });
  expect(session).toMatchObject({
    status: 'ACTIVE',
    upstreamSessionId: minted?.sessionId,
    object: 'realtime.session',
    model: 'gpt-realtime-2.1',
    provider: 'openai',
    labels: [{ key: 'call', value: '17' }],
    failure: null,
    clientSecret: {
      redacted: `ek_…${minted?.value.slice(-4)}`,
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
      isExpired: false,
    },
  });
  expect(session.clientSecret.expiresInSeconds).toBeGreaterThan(110);
  // The fake upstream leaves out the fractions of a second, so that the requested lifetime may end later.
  const latestExpiry = Math.max(Date.parse(clientSecret.expiresAt), Date.parse(session.createdAt) + 120_000);
  expect(Date.parse(session.exposedUntil) - latestExpiry).toBe(3600_000);

  const read = await gateway.ask(READ, { id: session.id });
  const { expiresInSeconds: _, ...secret } = session.clientSecret;
  expect(read.body.data.realtimeSession).toMatchObject({ ...session, clientSecret: secret });
  expect(JSON.stringify(read.body)).not.toContain(minted?.value);
});

test('sends one request, authenticated, with a hash for the user', async () => {
  await gateway.ask(CREATE, { input: { externalUserId: 'bob' } });
  await gateway.ask(CREATE, { input: { externalUserId: 'bob' } });
  await gateway.ask(CREATE, { input: { externalUserId: 'carol' } });
  expect(upstream.calls).toHaveLength(3);
  const [first, second, third] = upstream.calls.map(({ headers }) => headers['openai-safety-identifier']);
  expect(upstream.calls[0]?.headers.authorization).toBe('Bearer sk-provider-key-of-the-tests');
  expect(first).toMatch(/^[0-9a-f]{64}$/);
  expect(second).toBe(first);
  expect(third).not.toBe(first);
});

test('commits the PENDING session and its audit event before the upstream call', async () => {
  const seen = Promise.withResolvers<unknown[]>();
  upstream.next({
    kind: 'respond',
    respond: async () => {
      seen.resolve(
        await database.query(
          `SELECT outcome, (SELECT array_agg(action) FROM audit_event WHERE session_id = s.id) AS actions
           FROM realtime_session s JOIN end_user u ON u.id = s.user_id WHERE u.external_id = 'dora'`,
        ),
      );
      return { status: 400, body: { error: { code: 'bad', message: '', type: '', param: null } } };
    },
  });
  await gateway.ask(CREATE, { input: { externalUserId: 'dora' } });
  expect(await seen.promise).toEqual([{ outcome: null, actions: ['session.requested'] }]);
});

test('writes the trail: requested, then issued, with the fingerprint and never the secret', async () => {
  const { body } = await gateway.ask(CREATE, { input: { externalUserId: 'erin', expiresAfterSeconds: 60 } });
  const { session } = body.data.createRealtimeSession;
  const trail = await gateway.ask(TRAIL, { id: session.id });
  expect(trail.body.data.realtimeSession.auditEvents.nodes).toEqual([
    {
      action: 'session.issued',
      outcome: 'SUCCEEDED',
      detail: {
        expiresAt: session.clientSecret.expiresAt,
        fingerprint: session.clientSecret.fingerprint,
        fingerprintKeyId: expect.stringMatching(/^[0-9a-f]{8}$/),
        upstreamSessionId: session.upstreamSessionId,
      },
    },
    {
      action: 'session.requested',
      outcome: 'SUCCEEDED',
      detail: { provider: 'openai', type: 'REALTIME', model: 'gpt-realtime-2.1', expiresAfterSeconds: 60 },
    },
  ]);
});

test('a translation is minted at an endpoint of its own, and reads back', async () => {
  const { body } = await gateway.ask(CREATE, {
    input: {
      externalUserId: 'tara',
      type: 'TRANSLATION',
      outputLanguage: 'es',
      expiresAfterSeconds: 60,
      inputAudioTranscription: { model: 'gpt-realtime-whisper' },
      inputAudioNoiseReduction: { type: 'NEAR_FIELD' },
    },
  });
  expect(upstream.calls).toMatchObject([
    {
      path: '/v1/realtime/translations/client_secrets',
      body: {
        expires_after: { anchor: 'created_at', seconds: 60 },
        session: {
          model: 'gpt-realtime-translate',
          audio: {
            input: {
              transcription: { model: 'gpt-realtime-whisper' },
              noise_reduction: { type: 'near_field' },
            },
            output: { language: 'es' },
          },
        },
      },
    },
  ]);
  const { session } = body.data.createRealtimeSession;
  expect(session).toMatchObject({
    status: 'ACTIVE',
    type: 'TRANSLATION',
    object: 'realtime.translation_session',
    model: 'gpt-realtime-translate',
    outputLanguage: 'es',
    modalities: ['AUDIO'],
    inputAudioTranscription: { model: 'gpt-realtime-whisper' },
    inputAudioNoiseReduction: { type: 'NEAR_FIELD' },
    ...{ instructions: null, voice: null, inputAudioFormat: null, outputAudioFormat: null },
    ...{ turnDetection: null, tools: [], toolChoice: null, maxResponseOutputTokens: null },
    upstreamConfig: { type: 'translation', audio: { output: { language: 'es' } } },
  });
  const read = await gateway.ask(READ, { id: session.id });
  expect(read.body.data.realtimeSession).toMatchObject({ type: 'TRANSLATION', outputLanguage: 'es' });
  const { body: listed } = await gateway.ask(
    '{ realtimeSessions(filter: { types: [TRANSLATION] }) { nodes { id type } } }',
  );
  expect(listed.data.realtimeSessions.nodes).toEqual([{ id: session.id, type: 'TRANSLATION' }]);
});

test('a translation that upstream says nothing of reads as it was sent', async () => {
  upstream.next({ kind: 'answer', status: 200, body: { value: 'ek_of_a_translation_0001' } });
  const { body } = await gateway.ask(CREATE, {
    input: { externalUserId: 'tara', type: 'TRANSLATION', outputLanguage: 'pt-BR' },
  });
  expect(body.data.createRealtimeSession).toMatchObject({
    session: { type: 'TRANSLATION', outputLanguage: 'pt-BR', inputAudioTranscription: null },
  });
});

test('mints for a client that has gone away, and records it', async () => {
  const client = new AbortController();
  const arrived = upstream.nextCall();
  upstream.next({ kind: 'hold', until: arrived.then(() => client.abort()) });
  const request = fetch(gateway.url, {
    method: 'POST',
    signal: client.signal,
    headers: {
      'content-type': 'application/json',
      authorization: 'Bearer root-key-of-the-tests-0123456789-abcdef',
    },
    body: JSON.stringify({ query: CREATE, variables: { input: { externalUserId: 'frank' } } }),
  });
  await expect(request).rejects.toThrow();
  await expect
    .poll(() =>
      database.query(
        "SELECT outcome FROM realtime_session s JOIN end_user u ON u.id = s.user_id WHERE u.external_id = 'frank'",
      ),
    )
    .toEqual([{ outcome: 'ISSUED' }]);
});

test('takes the expiry as answered: none means the latest it could be, a past one is kept', async () => {
  upstream.next({
    kind: 'respond',
    respond: () => ({ status: 200, body: { value: 'ek_without_an_expiry_0001', session: {} } }),
  });
  const without = await gateway.ask(CREATE, { input: { externalUserId: 'gina', expiresAfterSeconds: 60 } });
  const { session } = without.body.data.createRealtimeSession;
  // Requested TTL and upstream timeout (10 s) after the reservation.
  expect(Date.parse(session.clientSecret.expiresAt) - Date.parse(session.createdAt)).toBe(70_000);

  upstream.next({
    kind: 'respond',
    respond: () => ({
      status: 200,
      body: { value: 'ek_with_a_past_expiry_0001', expires_at: 1_700_000_000 },
    }),
  });
  const past = await gateway.ask(CREATE, { input: { externalUserId: 'gina' } });
  expect(past.body.data.createRealtimeSession).toMatchObject({
    clientSecret: { value: 'ek_with_a_past_expiry_0001', expiresAt: '2023-11-14T22:13:20.000Z' },
    session: { status: 'EXPIRED', clientSecret: { isExpired: true, expiresInSeconds: 0 } },
  });
  expect(gateway.logLines.join('')).toContain('expiry in the past');
});

const PCM = { type: 'audio/pcm', rate: 24_000 };
const SERVER_VAD = {
  __typename: 'ServerVad',
  threshold: 0.5,
  prefixPaddingMs: 300,
  silenceDurationMs: 500,
  idleTimeoutMs: null,
};
const transcriptionBy = (model: string, fields: object = {}) => ({ type: 'TRANSCRIPTION', model, ...fields });

/** [what, input, session as answered, what is recorded]: what upstream said, else what was sent, else the model's default. */
const RECORDED: readonly [string, object, JsonObject, object][] = [
  [
    'no turn detection for the default transcription model, which has none',
    { type: 'TRANSCRIPTION' },
    {},
    { model: 'gpt-live-transcribe', turnDetection: null },
  ],
  [
    'no turn detection for gpt-realtime-whisper, which has none',
    transcriptionBy('gpt-realtime-whisper'),
    { type: 'transcription', audio: { input: { format: PCM } } },
    { turnDetection: null },
  ],
  [
    'the default of the document for a transcription model that has turn detection, without responses',
    transcriptionBy('gpt-4o-transcribe'),
    {},
    { turnDetection: { ...SERVER_VAD, createResponse: null, interruptResponse: null } },
  ],
  [
    'the turn detection that was sent',
    transcriptionBy('whisper-1', { turnDetection: { serverVad: { threshold: 0.3 } } }),
    { audio: { input: { turn_detection: { type: 'server_vad', silence_duration_ms: 700 } } } },
    { turnDetection: { ...SERVER_VAD, threshold: 0.3, silenceDurationMs: 700 } },
  ],
  [
    'the turn detection that was answered, although the model is said to have none',
    transcriptionBy('gpt-live-transcribe'),
    { audio: { input: { turn_detection: { type: 'semantic_vad', eagerness: 'low' } } } },
    { turnDetection: { __typename: 'SemanticVad', eagerness: 'LOW', createResponse: null } },
  ],
  [
    'languages, keywords and delay as sent, where the answer says nothing of them',
    {
      inputAudioTranscription: {
        model: 'some-listener-of-tomorrow',
        languages: ['nl', 'de'],
        keywords: ['Gatehouse'],
        delay: 'XHIGH',
      },
    },
    { audio: { input: { transcription: { model: 'some-listener-of-tomorrow' } } } },
    {
      inputAudioTranscription: {
        model: 'some-listener-of-tomorrow',
        language: null,
        languages: ['nl', 'de'],
        prompt: null,
        keywords: ['Gatehouse'],
        delay: 'XHIGH',
      },
    },
  ],
  [
    'an answered null or empty text as none, not as what was sent',
    { inputAudioTranscription: { model: 'whisper-1', language: 'de', prompt: 'Names' } },
    { audio: { input: { transcription: { model: 'whisper-1', language: '', prompt: null } } } },
    { inputAudioTranscription: { model: 'whisper-1', language: null, prompt: null } },
  ],
  [
    'an answered part of a turn detection that is none of ours as null, not as what was sent or the default',
    { turnDetection: { serverVad: { threshold: 0.3, idleTimeoutMs: 6000 } } },
    {
      audio: {
        input: { turn_detection: { type: 'server_vad', threshold: 'high', idle_timeout_ms: null } },
      },
    },
    {
      turnDetection: {
        ...SERVER_VAD,
        threshold: null,
        idleTimeoutMs: null,
        createResponse: true,
        interruptResponse: true,
      },
    },
  ],
  [
    'audio of another rate as null',
    { inputAudioFormat: 'PCM16', outputAudioFormat: 'G711_ULAW' },
    {
      audio: {
        input: { format: { type: 'audio/pcm', rate: 16_000 } },
        output: { format: { type: 'audio/pcmu', rate: 16_000 } },
      },
    },
    { inputAudioFormat: null, outputAudioFormat: null },
  ],
  [
    'the strength of the noise filter as sent',
    { inputAudioNoiseReduction: { type: 'FAR_FIELD', strength: 0.4 } },
    { audio: { input: { noise_reduction: { type: 'far_field' } } } },
    { inputAudioNoiseReduction: { type: 'FAR_FIELD', strength: 0.4 } },
  ],
  [
    'the strength of the noise filter as answered',
    { inputAudioNoiseReduction: { type: 'FAR_FIELD', strength: 0.4 } },
    { audio: { input: { noise_reduction: { type: 'near_field', strength: 1 } } } },
    { inputAudioNoiseReduction: { type: 'NEAR_FIELD', strength: 1 } },
  ],
  [
    'no strength of another filter than was sent',
    { inputAudioNoiseReduction: { type: 'FAR_FIELD', strength: 0.4 } },
    { audio: { input: { noise_reduction: { type: 'near_field' } } } },
    { inputAudioNoiseReduction: { type: 'NEAR_FIELD', strength: null } },
  ],
];

test.each(RECORDED)('records %s', async (_what, input, answered, recorded) => {
  const answer = { value: 'ek_0123456789abcdef', session: { id: 'sess_1', ...answered } };
  upstream.next({ kind: 'answer', status: 200, body: answer });
  const { body } = await gateway.ask(CREATE, { input: { externalUserId: 'hugo', ...input } });
  expect(body.data.createRealtimeSession).toMatchObject({ __typename: 'CreateRealtimeSessionSuccess' });
  const { session } = body.data.createRealtimeSession;
  expect(session).toMatchObject(recorded);
  expect(session.upstreamConfig).toEqual({ id: 'sess_1', ...answered });
  const read = await gateway.ask(READ, { id: session.id });
  expect(read.body.data.realtimeSession).toMatchObject(recorded);
});

/** [what, input, a part of the session as it is sent, what is recorded]: the upstream refuses what OpenAI refuses. */
const SENT: readonly [string, object, object, object][] = [
  [
    'languages and keywords to a model that takes them',
    transcriptionBy('gpt-live-transcribe', {
      inputAudioTranscription: { languages: ['nl', 'de'], keywords: ['Gatehouse'], prompt: 'A call' },
    }),
    {
      audio: {
        input: {
          transcription: {
            model: 'gpt-live-transcribe',
            languages: ['nl', 'de'],
            keywords: ['Gatehouse'],
            prompt: 'A call',
          },
          turn_detection: null,
        },
      },
    },
    {
      inputAudioTranscription: {
        model: 'gpt-live-transcribe',
        language: null,
        languages: ['nl', 'de'],
        keywords: ['Gatehouse'],
        prompt: 'A call',
        delay: null,
      },
      turnDetection: null,
    },
  ],
  [
    'languages to the default transcription model',
    { type: 'TRANSCRIPTION', inputAudioTranscription: { languages: ['nl', 'de'] } },
    { audio: { input: { transcription: { model: 'gpt-live-transcribe', languages: ['nl', 'de'] } } } },
    { model: 'gpt-live-transcribe', inputAudioTranscription: { languages: ['nl', 'de'] } },
  ],
  [
    'a language to the model that the transcription names',
    { type: 'TRANSCRIPTION', inputAudioTranscription: { model: 'whisper-1', language: 'de' } },
    { audio: { input: { transcription: { model: 'whisper-1', language: 'de' } } } },
    { model: 'whisper-1', inputAudioTranscription: { language: 'de', languages: null } },
  ],
  [
    'a delay to the model that takes it',
    transcriptionBy('gpt-realtime-whisper', { inputAudioTranscription: { language: 'de', delay: 'LOW' } }),
    {
      audio: {
        input: {
          transcription: { model: 'gpt-realtime-whisper', language: 'de', delay: 'low' },
          turn_detection: null,
        },
      },
    },
    { inputAudioTranscription: { language: 'de', delay: 'LOW' }, turnDetection: null },
  ],
  [
    'everything to a model that nobody knows',
    {
      inputAudioTranscription: {
        model: 'constructor',
        languages: ['de'],
        keywords: ['a'],
        prompt: 'b',
        delay: 'HIGH',
      },
    },
    {
      audio: {
        input: {
          transcription: {
            model: 'constructor',
            languages: ['de'],
            keywords: ['a'],
            prompt: 'b',
            delay: 'high',
          },
        },
      },
    },
    { inputAudioTranscription: { model: 'constructor', languages: ['de'], keywords: ['a'], delay: 'HIGH' } },
  ],
  [
    'a connector, and a filter of tools that only read',
    {
      tools: [
        {
          mcp: {
            serverLabel: 'calendar',
            connectorId: 'connector_googlecalendar',
            authorization: 'oauth-token-0123456789',
            readOnlyTools: true,
          },
        },
        {
          mcp: {
            serverLabel: 'crm',
            serverUrl: 'https://crm.example/mcp',
            allowedTools: ['find'],
            readOnlyTools: true,
          },
        },
        {
          mcp: {
            serverLabel: 'crm',
            serverUrl: 'https://crm.example/mcp',
            allowedTools: ['find'],
            readOnlyTools: false,
          },
        },
      ],
    },
    {
      tools: [
        {
          type: 'mcp',
          server_label: 'calendar',
          connector_id: 'connector_googlecalendar',
          authorization: 'oauth-token-0123456789',
          allowed_tools: { read_only: true },
        },
        { allowed_tools: { tool_names: ['find'], read_only: true } },
        { allowed_tools: ['find'] },
      ],
    },
    {
      tools: [
        {
          serverUrl: null,
          connectorId: 'connector_googlecalendar',
          allowedTools: null,
          readOnlyTools: true,
          hasAuthorization: true,
        },
        { connectorId: null, allowedTools: ['find'], readOnlyTools: true },
        { allowedTools: ['find'], readOnlyTools: null },
      ],
    },
  ],
  [
    'the strength of the noise filter',
    { inputAudioNoiseReduction: { type: 'NEAR_FIELD', strength: 0.25 } },
    { audio: { input: { noise_reduction: { type: 'near_field', strength: 0.25 } } } },
    { inputAudioNoiseReduction: { type: 'NEAR_FIELD', strength: 0.25 } },
  ],
  [
    'a stored prompt with nulls',
    { extra: { prompt: { id: 'pmpt_1', version: null, variables: null } } },
    { prompt: { id: 'pmpt_1', version: null, variables: null } },
    {},
  ],
  ['no stored prompt', { extra: { prompt: null } }, { prompt: null }, {}],
  ['reasoning without an effort', { extra: { reasoning: {} } }, { reasoning: {} }, {}],
];

test.each(SENT)('sends %s', async (_what, input, sent, recorded) => {
  const { body } = await gateway.ask(CREATE, { input: { externalUserId: 'ivy', ...input } });
  expect(body.data.createRealtimeSession).toMatchObject({ __typename: 'CreateRealtimeSessionSuccess' });
  expect(upstream.calls[0]?.body).toMatchObject({ session: sent });
  expect(body.data.createRealtimeSession.session).toMatchObject(recorded);
});
