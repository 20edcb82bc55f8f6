import type { TestDatabase } from './database.ts';
import { useGateway } from './fixture.ts';
import type { TestGateway } from './gateway.ts';

export const PUBLIC_URL = 'https://gatehouse.example';

/** A gateway whose sessions can be BROKERED: at the sandbox, unless the variables name another provider. */
export function useBrokeringGateway(
  database: Pick<TestDatabase, 'url' | 'ownerUrl'>,
  env: () => Record<string, string> = () => ({}),
): TestGateway {
  return useGateway(database, () => ({ GATEHOUSE_PUBLIC_URL: PUBLIC_URL, ...env() }));
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
      ... on UpstreamError { message retryable }
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
