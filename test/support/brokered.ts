import type { ClosableProvider } from '../../src/providers/provider-over-http.ts';
import type { TestDatabase } from './database.ts';
import { use } from './fixture.ts';
import { startGateway, type TestGateway } from './gateway.ts';

const unasked = async (): Promise<never> => {
  throw new Error('Nothing is asked of the provider before an offer comes');
};

/** The sandbox as a provider that can open calls. The tests of the ledger never let it. */
export function withCalls(provider: ClosableProvider): ClosableProvider {
  return {
    ...provider,
    calls: { longestCallSeconds: 3600, openCall: unasked, attach: unasked, hangUp: unasked },
  };
}

export const PUBLIC_URL = 'https://gatehouse.example';

/** A gateway whose sessions can be BROKERED. */
export function useBrokeringGateway(
  database: Pick<TestDatabase, 'url' | 'ownerUrl'>,
  env: () => Record<string, string> = () => ({}),
): TestGateway {
  return use(
    () =>
      startGateway(database, { GATEHOUSE_PUBLIC_URL: PUBLIC_URL, ...env() }, { adaptProvider: withCalls }),
    (gateway) => gateway.close(),
  );
}

export const CREATE_BROKERED = /* GraphQL */ `
  mutation Create($input: CreateRealtimeSessionInput!) {
    createRealtimeSession(input: $input) {
      __typename
      ... on CreateRealtimeSessionSuccess {
        callUrl
        clientSecret { value expiresAt }
        session { id status connection exposedUntil createdAt call { id } clientSecret { redacted expiresAt } user { id } }
      }
      ... on InvalidInputError { issues { path message } }
      ... on PolicyViolationError { rule allowed }
      ... on QuotaExceededError { quota limit used retryAt }
      ... on SecretAlreadyIssuedError { session { id } }
    }
  }
`;

/** Asks for a BROKERED session, as the operator unless headers say otherwise. */
export async function issueBrokered(
  gateway: Pick<TestGateway, 'ask'>,
  input: Record<string, unknown> = {},
  headers?: Record<string, string>,
) {
  const variables = { input: { externalUserId: 'alice', connection: 'BROKERED', ...input } };
  const { body } = await gateway.ask(CREATE_BROKERED, variables, headers);
  if (body.data == null) throw new Error(JSON.stringify(body));
  return body.data.createRealtimeSession;
}
