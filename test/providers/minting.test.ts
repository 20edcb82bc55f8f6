import { afterEach, describe, expect, test } from 'vitest';
import { Secret } from '../../src/platform/redaction/secret.ts';
import { createOpenAi } from '../../src/providers/openai.ts';
import { createOpenAiBeta } from '../../src/providers/openai-beta.ts';
import type { MintRequest } from '../../src/providers/provider.ts';
import { useUpstream } from '../support/fixture.ts';

const request: MintRequest = {
  session: { type: 'REALTIME', model: 'gpt-realtime-2.1', voice: 'marin', extra: {} },
  expiresAfterSeconds: 60,
  safetyIdentifier: 'user-hash',
};
const options = { name: 'openai', apiKey: new Secret('sk-test-key'), timeoutMs: 2000, proxies: undefined };

const ga = useUpstream('ga');
const flat = useUpstream('flat');
afterEach(() => {
  ga.reset();
  flat.reset();
});

test('openai-beta refuses a transcription session by itself', async () => {
  const beta = createOpenAiBeta({ ...options, baseUrl: flat.baseUrl });
  const session = { type: 'TRANSCRIPTION' as const, model: 'whisper-1', extra: {} };
  expect(await beta.mint({ ...request, session })).toStrictEqual({
    kind: 'failed',
    code: 'upstream_rejected',
    retryable: false,
    upstreamStatus: null,
    upstreamCode: null,
    upstreamParam: null,
    upstreamRequestId: null,
    retryAfterMs: null,
  });
  expect(flat.calls).toHaveLength(0);
  await beta.close();
});

describe('an answer with less in it is still a secret', () => {
  test('half the fields', async () => {
    const openai = createOpenAi({ ...options, baseUrl: ga.baseUrl });
    ga.next({ kind: 'half' });
    expect(await openai.mint(request)).toMatchObject({
      kind: 'issued',
      upstreamSessionId: null,
      answered: { type: 'REALTIME', voice: 'marin' },
    });
    await openai.close();
  });

  test('no expiry, no session, 201', async () => {
    const openai = createOpenAi({ ...options, baseUrl: ga.baseUrl });
    ga.next({
      kind: 'answer',
      status: 201,
      body: { value: 'ek_1234567890' },
      headers: { 'x-request-id': 'req_1' },
    });
    expect(await openai.mint(request)).toStrictEqual({
      kind: 'issued',
      upstreamStatus: 201,
      upstreamCode: null,
      upstreamRequestId: 'req_1',
      secret: new Secret('ek_1234567890'),
      expiresAt: null,
      upstreamSessionId: null,
      answered: {},
      rawSession: null,
    });
    await openai.close();
  });
});

test('connections are kept and mints run side by side', async () => {
  const openai = createOpenAi({ ...options, baseUrl: ga.baseUrl });
  const { promise, resolve } = Promise.withResolvers<void>();
  ga.always({ kind: 'hold', until: promise });
  const mints = Array.from({ length: 20 }, () => openai.mint(request));
  await expect.poll(() => ga.calls.length).toBe(20);
  resolve();
  const outcomes = await Promise.all(mints);
  expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['issued']));
  expect(new Set(ga.minted.map(({ value }) => value)).size).toBe(20);
  await openai.close();
});

test('closing lets a mint in flight finish', async () => {
  const openai = createOpenAi({ ...options, baseUrl: ga.baseUrl });
  ga.next({ kind: 'latency', ms: 100 });
  const called = ga.nextCall();
  const mint = openai.mint(request);
  await called;
  const closed = openai.close();
  expect(await mint).toMatchObject({ kind: 'issued' });
  await closed;
});
