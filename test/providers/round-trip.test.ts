import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Secret } from '../../src/platform/redaction/secret.ts';
import type { Json } from '../../src/platform/validation/json.ts';
import { createAzure } from '../../src/providers/azure.ts';
import { flatDialect } from '../../src/providers/flat-dialect.ts';
import { gaDialect } from '../../src/providers/ga-dialect.ts';
import { inputPathOf } from '../../src/providers/input-path.ts';
import { createOpenAi } from '../../src/providers/openai.ts';
import { createOpenAiBeta } from '../../src/providers/openai-beta.ts';
import { joinPath } from '../../src/providers/param-path.ts';
import type { Dialect } from '../../src/providers/provider.ts';
import type { ClosableProvider } from '../../src/providers/provider-over-http.ts';
import type { WireDialect } from '../../src/providers/wire-dialect.ts';
import { withoutUndefined } from '../../src/providers/without-undefined.ts';
import { createXai } from '../../src/providers/xai.ts';
import type { SessionRequest, Tool, ToolRequest } from '../../src/sessions/session-config.ts';
import { arbitrarySession } from '../support/arbitrary-session.ts';
import { useUpstream } from '../support/fixture.ts';
import { toInput } from '../support/graphql-session.ts';
import type { UpstreamKind } from '../support/upstream-kinds.ts';

const account = { name: 'any', apiKey: new Secret('xai-test'), timeoutMs: 5000, proxies: undefined };

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
        // Nobody documents translations at Azure.
        arbitrarySession(dialect).filter(({ type }) => kind !== 'azure' || type !== 'TRANSLATION'),
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
      { numRuns: 60 },
    );
    await provider.close();
  });
});

describe.each([
  ['ga', gaDialect, 'expires_after.anchor'],
  ['flat', flatDialect, 'client_secret.expires_after.anchor'],
] as const)('whatever upstream can complain of in %s is a field of the input', (name, dialect, anchor) => {
  test('which decides what is sent there', () => {
    fc.assert(
      fc.property(arbitrarySession(name), fc.integer({ min: 10, max: 7200 }), (session, seconds) => {
        const wire = dialect.writeRequest(session, seconds);
        for (const [path, value] of leavesOf(wire)) {
          const field = inputPathOf(path, { ...toInput(session), expiresAfterSeconds: seconds });
          if (path === anchor) expect(field).toBeNull();
          else expect(otherwise(dialect, session, seconds, field, path), path).not.toEqual(value);
        }
      }),
      { numRuns: 50 },
    );
  });
});

/** What would be sent in a place if the field of the input were left out, or were another. */
function otherwise(
  dialect: WireDialect,
  session: SessionRequest,
  seconds: number,
  field: readonly string[] | null,
  path: string,
): Json | undefined {
  const [name = '', inner = ''] = field ?? [];
  const { [inner]: _, ...extra } = session.extra;
  const other: SessionRequest = {
    ...session,
    ...(name === 'extra' ? { extra } : { [name]: undefined }),
    ...(name === 'type' ? { type: session.type === 'REALTIME' ? 'TRANSCRIPTION' : 'REALTIME' } : {}),
    ...(name === 'model' || inner === 'model' ? { model: 'other' } : {}),
  };
  const wire = dialect.writeRequest(other, name === 'expiresAfterSeconds' ? seconds + 1 : seconds);
  return new Map(leavesOf(wire)).get(path);
}

/** What is in a JSON value, by its path: session.tools[0].name */
function leavesOf(value: Json | undefined, path: readonly (string | number)[] = []): [string, Json][] {
  if (value === undefined) return [];
  if (typeof value !== 'object' || value === null) return [[joinPath(path), value]];
  const inner = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return inner.flatMap(([name, entry]) => leavesOf(entry, [...path, name]));
}

/** What was asked for, as an upstream that adds nothing tells it. */
function asAnswered({ extra: _, tools, type, model, ...asked }: SessionRequest, dialect: Dialect): object {
  // It answers no session.
  if (dialect === 'xai') return {};
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
