import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Secret } from '../../src/platform/redaction/secret.ts';
import { createOpenAi } from '../../src/providers/openai.ts';
import { createOpenAiBeta } from '../../src/providers/openai-beta.ts';
import type { Dialect } from '../../src/providers/provider.ts';
import { withoutUndefined } from '../../src/providers/without-undefined.ts';
import type { SessionRequest, Tool, ToolRequest } from '../../src/sessions/session-config.ts';
import { arbitrarySession, arbitraryTtlSeconds } from '../support/arbitrary-session.ts';
import { useUpstream } from '../support/fixture.ts';

describe.each([
  ['ga', createOpenAi],
  ['flat', createOpenAiBeta],
] as const)('what an echoing upstream answers in %s reads as what was asked for', (dialect, create) => {
  const fake = useUpstream(dialect);

  test('any session', async () => {
    const provider = create({
      name: 'openai',
      baseUrl: fake.baseUrl,
      apiKey: new Secret('sk-test'),
      timeoutMs: 5000,
    });
    await fc.assert(
      fc.asyncProperty(
        arbitrarySession(dialect),
        arbitraryTtlSeconds,
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
          expect(outcome.upstreamSessionId).toBe(minted?.sessionId);
        },
      ),
      { numRuns: 200 },
    );
    await provider.close();
  });
});

/** What was asked for, as an upstream that adds nothing tells it. */
function asAnswered({ extra: _, tools, type, model, ...asked }: SessionRequest, dialect: Dialect): object {
  const transcribes = type === 'TRANSCRIPTION';
  return {
    ...asked,
    ...withoutUndefined({
      inputAudioTranscription: asSent(asked.inputAudioTranscription),
      turnDetection: asSent(asked.turnDetection),
      inputAudioNoiseReduction: asSent(asked.inputAudioNoiseReduction),
    }),
    model,
    // The flat dialect has no word for it.
    ...(dialect === 'ga' ? { type } : {}),
    ...(tools === undefined ? {} : { tools: tools.map(asRecorded) }),
    ...(transcribes ? { inputAudioTranscription: { ...asSent(asked.inputAudioTranscription), model } } : {}),
  };
}

/** The fields of an object that were sent: null stands for those that were not. */
function asSent(part: object | null | undefined): object | null | undefined {
  if (part === null || part === undefined) return part;
  return Object.fromEntries(Object.entries(part).filter(([, value]) => value !== null));
}

function asRecorded(tool: ToolRequest): Tool {
  if (tool.kind === 'FUNCTION') return tool;
  const { authorization, headers, ...shown } = tool;
  return { ...shown, hasAuthorization: authorization !== null, headerNames: headers.map(({ name }) => name) };
}
