import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Secret } from '../../src/platform/redaction/secret.ts';
import { createAzure } from '../../src/providers/azure.ts';
import { createOpenAi } from '../../src/providers/openai.ts';
import { createOpenAiBeta } from '../../src/providers/openai-beta.ts';
import type { Dialect } from '../../src/providers/provider.ts';
import type { ClosableProvider } from '../../src/providers/provider-over-http.ts';
import { createXai } from '../../src/providers/xai.ts';
import type { SessionRequest, Tool, ToolRequest } from '../../src/sessions/session-config.ts';
import { arbitrarySession } from '../support/arbitrary-session.ts';
import { useUpstream } from '../support/fixture.ts';
import type { UpstreamKind } from '../support/upstream-kinds.ts';

const account = { name: 'any', apiKey: new Secret('xai-test'), timeoutMs: 5000 };

describe.each<[UpstreamKind, Dialect, (baseUrl: string) => ClosableProvider]>([
  ['ga', 'ga', (baseUrl) => createOpenAi({ ...account, baseUrl })],
  ['flat', 'flat', (baseUrl) => createOpenAiBeta({ ...account, baseUrl })],
  ['azure', 'ga', (endpoint) => createAzure({ ...account, endpoint, credential: account.apiKey })],
  ['xai', 'xai', (baseUrl) => createXai({ ...account, baseUrl })],
])('what an echoing upstream answers in %s reads as what was asked for', (kind, dialect, create) => {
  const fake = useUpstream(kind);

  test('any session', async () => {
    const provider = create(fake.baseUrl);
    const { min, max } = provider.ttlSeconds;
    await fc.assert(
      fc.asyncProperty(
        arbitrarySession(dialect),
        fc.integer({ min, max }),
        async (session, expiresAfterSeconds) => {
          const outcome = await provider.mint({
            session,
            expiresAfterSeconds,
            safetyIdentifier: 'user-hash',
          });
          const minted = fake.minted.at(-1);
          if (outcome.kind !== 'issued') throw new Error(`Not issued: ${outcome.code}`);
          expect(outcome.answered).toStrictEqual(asAnswered(session, dialect));
          expect(outcome.secret.forUpstream()).toBe(minted?.value);
          expect(outcome.expiresAt).toEqual(minted?.expiresAt);
          expect(outcome.upstreamSessionId).toBe(dialect === 'xai' ? null : minted?.sessionId);
        },
      ),
      { numRuns: 200 },
    );
    await provider.close();
  });
});

/** What was asked for, as an upstream that adds nothing tells it. */
function asAnswered({ extra: _, tools, type, model, ...asked }: SessionRequest, dialect: Dialect): object {
  // It answers no session.
  if (dialect === 'xai') return {};
  const transcribes = type === 'TRANSCRIPTION';
  return {
    ...asked,
    model,
    // The flat dialect has no word for it.
    ...(dialect === 'ga' ? { type } : {}),
    ...(tools === undefined ? {} : { tools: tools.map(asRecorded) }),
    ...(transcribes
      ? { inputAudioTranscription: { language: null, prompt: null, ...asked.inputAudioTranscription, model } }
      : {}),
  };
}

function asRecorded(tool: ToolRequest): Tool {
  if (tool.kind === 'FUNCTION') return tool;
  const { authorization, headers, ...shown } = tool;
  return { ...shown, hasAuthorization: authorization !== null, headerNames: headers.map(({ name }) => name) };
}
