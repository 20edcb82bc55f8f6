import type { RecordType } from './intended-table.ts';

type Taking = {
  /** The coordinate of the field that takes the id. */
  readonly what: string;
  /** What kind of record the argument names. */
  readonly type: RecordType;
  readonly query: string;
  readonly input: (id: string) => Record<string, unknown>;
};

function mutation(name: string, inputType: string, type: RecordType, input: Taking['input']): Taking {
  return {
    what: `Mutation.${name}`,
    type,
    query: `mutation ($input: ${inputType}!) { ${name}(input: $input) { __typename ... on Error { message } } }`,
    input: (id) => ({ input: input(id) }),
  };
}

function limits(user: string, field: string): Taking {
  return {
    what: `User.${field.split('(', 1)}`,
    type: 'Application',
    query: `query ($id: ID!) { ${user.replace('…', field)} }`,
    input: (id) => ({ id }),
  };
}

const QUOTAS = 'quotas(applicationId: $id) { limit }';
const POLICY = 'policy(applicationId: $id) { maxTtlSeconds }';
const BUDGET = 'budget(applicationId: $id) { limitUsd }';
const ANYBODY = 'user(externalId: "alice") { … }';
const ONESELF = 'viewer { user { … } }';

/** Every argument below the roots of Query that names a record by its id, together with what else can be wrong. */
export const idArguments: readonly Taking[] = [
  mutation('revokeRealtimeSession', 'RevokeRealtimeSessionInput', 'RealtimeSession', (id) => ({ id })),
  mutation('revokeRealtimeSession', 'RevokeRealtimeSessionInput', 'RealtimeSession', (id) => ({
    id,
    reason: '',
  })),
  mutation('endRealtimeCall', 'EndRealtimeCallInput', 'RealtimeCall', (id) => ({ id })),
  mutation('endRealtimeCall', 'EndRealtimeCallInput', 'RealtimeCall', (id) => ({ id, reason: '' })),
  mutation('reportUsage', 'ReportUsageInput', 'RealtimeSession', (sessionId) => ({
    sessionId,
    responseId: 'resp_1',
    usage: { type: 'duration', seconds: 1 },
  })),
  mutation('reportUsage', 'ReportUsageInput', 'RealtimeSession', (sessionId) => ({
    sessionId,
    responseId: '',
    usage: {},
  })),
  mutation('suspendUser', 'SuspendUserInput', 'User', (id) => ({ id })),
  mutation('suspendUser', 'SuspendUserInput', 'User', (id) => ({ id, reason: '' })),
  mutation('reinstateUser', 'ReinstateUserInput', 'User', (id) => ({ id })),
  mutation('eraseUser', 'EraseUserInput', 'User', (id) => ({ id })),
  mutation('setPolicy', 'SetPolicyInput', 'User', (userId) => ({ userId, maxActiveSessions: 5 })),
  mutation('setPolicy', 'SetPolicyInput', 'User', (userId) => ({ userId, maxActiveSessions: -5 })),
  mutation('setPolicy', 'SetPolicyInput', 'Application', (applicationId) => ({
    applicationId,
    maxActiveSessions: 5,
  })),
  mutation('setPolicy', 'SetPolicyInput', 'Application', (applicationId) => ({
    applicationId,
    maxActiveSessions: -5,
  })),
  mutation('createApiKey', 'CreateApiKeyInput', 'Application', (applicationId) => ({
    applicationId,
    name: 'x',
    scopes: [],
  })),
  mutation('createApiKey', 'CreateApiKeyInput', 'Application', (applicationId) => ({
    applicationId,
    name: '',
    scopes: [],
  })),
  mutation('revokeApiKey', 'RevokeApiKeyInput', 'ApiKey', (id) => ({ id })),
  limits(ANYBODY, QUOTAS),
  limits(ANYBODY, POLICY),
  limits(ANYBODY, BUDGET),
  limits(ONESELF, BUDGET),
  limits(ONESELF, QUOTAS),
  limits(ONESELF, POLICY),
];
