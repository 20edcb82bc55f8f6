import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { adapt, normalise } from '../../src/issuing/normalise.ts';
import type { Dialect } from '../../src/providers/provider.ts';
import { redactConfig, secretsIn } from '../../src/sessions/redact-session.ts';
import type { SessionRequest } from '../../src/sessions/session-config.ts';
import { arbitrarySession } from '../support/arbitrary-session.ts';
import { CREATE, READ } from '../support/documents.ts';
import { useDatabase, useGateway, useUpstream } from '../support/fixture.ts';
import { upstreamEnv } from '../support/gateway.ts';
import { toInput, toOutput } from '../support/graphql-session.ts';

const database = useDatabase();

describe.each([
  ['ga', 'openai'],
  ['flat', 'openai-beta'],
] as const)('in the %s dialect', (dialect, provider) => {
  const upstream = useUpstream(dialect);
  const gateway = useGateway(database, () => upstreamEnv(upstream.baseUrl, provider));

  test('a minted session reads back as normalise(dialect, input) says', async () => {
    await fc.assert(
      fc.asyncProperty(arbitrarySession(dialect), async (generated) => {
        const request = asked(generated);
        const created = await gateway.ask(CREATE, {
          input: { externalUserId: 'alice', ...toInput(request) },
        });
        expect(created.body.data?.createRealtimeSession).toMatchObject({
          __typename: 'CreateRealtimeSessionSuccess',
        });
        const { session } = created.body.data.createRealtimeSession;
        const read = await gateway.ask(READ, { id: session.id });
        expect(read.body.data.realtimeSession).toMatchObject(expected(dialect, request));
      }),
      { numRuns: 60 },
    );
  });
});

describe('MCP tools of one label', () => {
  const upstream = useUpstream('ga');
  const gateway = useGateway(database, () => upstreamEnv(upstream.baseUrl));

  test('keep each the names of its own headers', async () => {
    const tool = (name: string) => ({
      mcp: {
        serverLabel: 'crm',
        serverUrl: `https://${name}.example/mcp`,
        headers: [{ name, value: 'v-1234' }],
      },
    });
    const created = await gateway.ask(CREATE, {
      input: { externalUserId: 'alice', model: 'gpt-realtime', tools: [tool('x-one'), tool('x-two')] },
    });
    expect(created.body.data.createRealtimeSession.session.tools).toMatchObject([
      { headerNames: ['x-one'] },
      { headerNames: ['x-two'] },
    ]);
  });
});

/** What GraphQL can ask for: null means "not given" there, but for turn detection, which has a word for off. */
function asked(generated: SessionRequest): SessionRequest {
  const given = Object.entries(generated).filter(([key, value]) => value !== null || key === 'turnDetection');
  return {
    ...Object.fromEntries(given),
    type: generated.type,
    model: generated.model,
    extra: generated.extra,
  };
}

function expected(dialect: Dialect, request: SessionRequest): object {
  return toOutput(redactConfig(normalise(dialect, adapt(dialect, request)), secretsIn(request.tools ?? [])));
}
