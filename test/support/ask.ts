import type { TestDatabase } from './database.ts';
import type { TestGateway } from './gateway.ts';
import { idOf } from './ids.ts';

export const ISSUE = /* GraphQL */ `
  mutation Issue($input: CreateRealtimeSessionInput!) {
    createRealtimeSession(input: $input) {
      __typename
      ... on Error { message }
      ... on CreateRealtimeSessionSuccess { clientSecret { value expiresAt } session { ...Facts } }
      ... on InvalidInputError { issues { path message } }
      ... on PolicyViolationError { rule allowed }
      ... on QuotaExceededError { quota limit used retryAt }
      ... on UserSuspendedError { suspendedAt }
      ... on IdempotencyConflictError { reason }
      ... on SecretAlreadyIssuedError { session { ...Facts } }
      ... on UpstreamError { retryable possiblyIssued upstreamStatus upstreamCode session { ...Facts } }
    }
  }
  fragment Facts on RealtimeSession {
    id status createdAt issuedAt revokedAt exposedUntil model
    clientSecret { redacted fingerprint expiresAt }
    failure { code upstreamStatus }
    user { id } application { id }
  }
`;

const READ_SESSION = /* GraphQL */ `
  query ReadSession($id: ID!) {
    realtimeSession(id: $id) {
      id status createdAt issuedAt revokedAt exposedUntil
      clientSecret { redacted fingerprint expiresAt }
      failure { code upstreamStatus }
      auditEvents(first: 100) { nodes { action outcome actor { kind name } detail } }
    }
  }
`;

const SET_POLICY = /* GraphQL */ `
  mutation SetPolicy($input: SetPolicyInput!) {
    setPolicy(input: $input) {
      __typename
      ... on Error { message }
      ... on InvalidInputError { issues { path message } }
      ... on SetPolicySuccess {
        overrides { ...Overrides }
        application { id name policyOverrides { ...Overrides } }
        user { id externalId policyOverrides { ...Overrides } }
      }
    }
  }
  fragment Overrides on PolicyOverrides {
    allowedModels allowedProviders maxTtlSeconds maxActiveSessions maxMintsPerMinute maxMintsPerDay monthlyBudgetUsd
  }
`;

const READ_USER = /* GraphQL */ `
  query ReadUser($externalId: String!, $applicationId: ID) {
    user(externalId: $externalId) {
      id externalId suspendedAt
      quotas(applicationId: $applicationId) { quota limit used }
      policy(applicationId: $applicationId) {
        allowedModels allowedProviders maxTtlSeconds maxActiveSessions maxMintsPerMinute maxMintsPerDay monthlyBudgetUsd
      }
      policyOverrides { allowedModels allowedProviders maxTtlSeconds maxActiveSessions maxMintsPerMinute maxMintsPerDay monthlyBudgetUsd }
    }
  }
`;

const USER_RESULT = /* GraphQL */ `
  __typename
  ... on Error { message }
  ... on InvalidInputError { issues { path message } }
  ... on UserSuccess { user { id externalId suspendedAt } }
`;
const SUSPEND = `mutation Suspend($input: SuspendUserInput!) { suspendUser(input: $input) { ${USER_RESULT} } }`;
const REINSTATE = `mutation Reinstate($input: ReinstateUserInput!) { reinstateUser(input: $input) { ${USER_RESULT} } }`;

const REVOKE = /* GraphQL */ `
  mutation Revoke($input: RevokeRealtimeSessionInput!) {
    revokeRealtimeSession(input: $input) {
      __typename
      ... on Error { message }
      ... on RevokeRealtimeSessionSuccess {
        session {
          id status createdAt issuedAt revokedAt exposedUntil
          clientSecret { redacted fingerprint expiresAt }
          failure { code upstreamStatus }
        }
      }
    }
  }
`;

/** The answer where upstream is not asked, because its circuit is open or it has no place left. */
export const NOT_ASKED = {
  __typename: 'UpstreamError',
  session: null,
  upstreamStatus: null,
  retryable: true,
  possiblyIssued: false,
};

type Asks = Pick<TestGateway, 'ask'>;
type Input = Record<string, unknown>;

/** What a request was answered, which must not be an error. */
export async function dataOf(gateway: Asks, query: string, variables: Input = {}) {
  const { status, body } = await gateway.ask(query, variables);
  if (status !== 200 || body.errors !== undefined) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body.data;
}

/** Asks for a session; what the mutation answered. */
export async function issue(gateway: Asks, input: Input) {
  return (await dataOf(gateway, ISSUE, { input })).createRealtimeSession;
}

/** A session by its id, with its trail, newest event first. */
export async function readSession(gateway: Asks, id: string) {
  return (await dataOf(gateway, READ_SESSION, { id })).realtimeSession;
}

export async function setPolicy(gateway: Asks, input: Input) {
  return (await dataOf(gateway, SET_POLICY, { input })).setPolicy;
}

export async function readUser(gateway: Asks, externalId: string, applicationId?: string) {
  return (await dataOf(gateway, READ_USER, { externalId, applicationId })).user;
}

export async function suspendUser(gateway: Asks, input: Input) {
  return (await dataOf(gateway, SUSPEND, { input })).suspendUser;
}

export async function reinstateUser(gateway: Asks, id: string) {
  return (await dataOf(gateway, REINSTATE, { input: { id } })).reinstateUser;
}

export async function revokeSession(gateway: Asks, input: Input) {
  return (await dataOf(gateway, REVOKE, { input })).revokeRealtimeSession;
}

/** What is used of each quota, by its name. */
export async function quotasUsed(gateway: Asks, externalId: string): Promise<Record<string, number>> {
  const { quotas }: { quotas: { quota: string; used: number }[] } = await readUser(gateway, externalId);
  return Object.fromEntries(quotas.map(({ quota, used }) => [quota, used]));
}

/** Moves a user's sessions into the past, as if that much time had gone by since. */
export async function passTime(database: TestDatabase, externalId: string, interval: string): Promise<void> {
  await database.query(`SELECT create_partitions(now() - $1::interval, now())`, [interval]);
  await database.query(
    `UPDATE realtime_session AS s SET
       id = uuidv7_at(s.created_at - $2::interval), created_at = s.created_at - $2::interval,
       deadline = deadline - $2::interval, settled_at = settled_at - $2::interval,
       expires_at = expires_at - $2::interval
     FROM end_user AS u WHERE u.id = s.user_id AND u.external_id = $1`,
    [externalId, interval],
  );
}

/** An id that nothing has. */
export function unknownId(typename: string): string {
  return idOf(typename, '01930000-0000-7000-8000-000000000007');
}

export type TrailRow = {
  readonly action: string;
  readonly outcome: string;
  readonly session_id: string | null;
  readonly detail: Record<string, unknown>;
  readonly actor_kind: string;
  readonly actor_name: string;
};

/** What the trail has of a user, oldest first. */
export function trailOf(database: TestDatabase, externalId: string): Promise<TrailRow[]> {
  return database.query<TrailRow>(
    `SELECT action, outcome, session_id, actor_kind, coalesce(i.actor_name, e.actor_name) AS actor_name,
       CASE WHEN i.reason IS NULL THEN detail ELSE detail || jsonb_build_object('reason', i.reason) END AS detail
     FROM audit_event AS e JOIN end_user AS u ON u.id = e.user_id LEFT JOIN audit_identity AS i ON i.event_id = e.id
     WHERE u.external_id = $1 ORDER BY e.id`,
    [externalId],
  );
}
