import { encodeId } from '../../../src/graphql/ids.ts';
import type { TestDatabase } from '../../support/database.ts';
import type { FakeUpstream } from '../../support/fake-upstream.ts';
import type { TestGateway } from '../../support/gateway.ts';
import type { TcpProxy } from '../../support/tcp-proxy.ts';

/** The real thing: two gateways over one database and one provider. Each run has users of its own. */
export type World = {
  readonly gateways: readonly [TestGateway, TestGateway];
  readonly upstream: FakeUpstream;
  readonly database: TestDatabase;
  /** Between the gateways and the database. */
  readonly proxy: TcpProxy;
  readonly run: number;
};

export const CREATE = /* GraphQL */ `
  mutation ($input: CreateRealtimeSessionInput!) {
    createRealtimeSession(input: $input) {
      __typename
      ... on CreateRealtimeSessionSuccess { clientSecret { value } session { id status } }
      ... on UpstreamError { retryable possiblyIssued attempt: session { id status failure { code } } }
      ... on IdempotencyConflictError { reason }
      ... on SecretAlreadyIssuedError { issued: session { id } }
      ... on QuotaExceededError { quota limit used retryAt }
      ... on PolicyViolationError { rule }
    }
  }
`;
const USER = /* GraphQL */ `
  query ($name: String!, $ids: [ID!]!) {
    user(externalId: $name) { id suspendedAt quotas { quota limit used } }
    nodes(ids: $ids) { ... on RealtimeSession { status failure { code } } }
  }
`;
const NEWEST = `
  SELECT s.id FROM realtime_session AS s JOIN end_user AS u ON u.id = s.user_id
  WHERE u.external_id = $1 ORDER BY s.id DESC LIMIT 1`;
const LATER = `
  UPDATE realtime_session SET created_at = created_at - $2::interval, deadline = deadline - $2::interval,
    settled_at = settled_at - $2::interval, expires_at = expires_at - $2::interval
  WHERE user_id = ANY (SELECT id FROM end_user WHERE external_id LIKE $1)`;

/** The name by which the gateways know a user of this run. */
export const nameIn = ({ run }: World, user: string) => `run-${run}-${user}`;

export function gatewayOf({ gateways }: World, replica: number): TestGateway {
  return replica === 0 ? gateways[0] : gateways[1];
}

export async function mutate(gateway: TestGateway, field: string, type: string, input: object) {
  const query = `mutation ($input: ${type}!) { ${field}(input: $input) { __typename } }`;
  const { body } = await gateway.ask(query, { input });
  return body.data?.[field]?.__typename ?? body;
}

/** A user's quotas and the state of those sessions, as a gateway answers for them. */
export async function readUser(world: World, replica: number, user: string, ids: readonly string[]) {
  const { body } = await gatewayOf(world, replica).ask(USER, { name: nameIn(world, user), ids });
  return body.data ?? body;
}

/** The id of the session that was reserved last for a user, which its own client may not know yet. */
export async function newestSession(world: World, user: string): Promise<string> {
  const [row] = await world.database.query<{ id: string }>(NEWEST, [nameIn(world, user)]);
  return encodeId('RealtimeSession', row?.id ?? '');
}

/** For everybody of this run, so many seconds pass. */
export async function letTimePass(world: World, seconds: number): Promise<void> {
  await world.database.query(LATER, [nameIn(world, '%'), `${seconds} seconds`]);
}

/** The gateways reach the database again, and have noticed which connections are gone. */
export async function recover({ gateways, proxy }: World): Promise<void> {
  proxy.refuse(false);
  for (const { managementUrl } of [...gateways, ...gateways]) {
    while ((await fetch(`${managementUrl}/health/ready`)).status !== 200);
  }
}
