import { beforeEach, expect, test } from 'vitest';
import { CREATE, READ, TRAIL } from '../support/documents.ts';
import { useDatabase, useGateway, useUpstream } from '../support/fixture.ts';
import { ROOT_KEY, upstreamEnv } from '../support/gateway.ts';
import { RECORDED, SENT } from './session-cases.ts';

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
      authorization: `Bearer ${ROOT_KEY}`,
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

test.each(SENT)('sends %s', async (_what, input, sent, recorded) => {
  const { body } = await gateway.ask(CREATE, { input: { externalUserId: 'ivy', ...input } });
  expect(body.data.createRealtimeSession).toMatchObject({ __typename: 'CreateRealtimeSessionSuccess' });
  expect(upstream.calls[0]?.body).toMatchObject({ session: sent });
  expect(body.data.createRealtimeSession.session).toMatchObject(recorded);
});
