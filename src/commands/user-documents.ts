import { AUDIT_EVENTS } from './session-documents.ts';

export const USER_FIELDS = 'id externalId createdAt suspendedAt erasedAt lastSessionAt';
const POLICY = `allowedModels allowedProviders maxTtlSeconds maxActiveSessions maxMintsPerMinute maxMintsPerDay
  monthlyBudgetUsd maxCallSeconds brokeredOnly`;
const RESULT = `
  __typename
  ... on UserSuccess { user { ${USER_FIELDS} } }
  ... on NotFoundError { message }
  ... on InvalidInputError { issues { path message } }`;

export const FIND_USER = `query User($id: ID, $externalId: String) {
  user(id: $id, externalId: $externalId) { ${USER_FIELDS} }
}`;

export const SHOW_USER = `query User($id: ID, $externalId: String) {
  user(id: $id, externalId: $externalId) {
    ${USER_FIELDS} activeSessionCount nextExpiryAt
    policy { ${POLICY} }
    policyOverrides { ${POLICY} }
    quotas { quota used limit }
    ${AUDIT_EVENTS}
  }
}`;

export const SUSPEND_USER = `mutation Suspend($id: ID, $externalId: String, $reason: String) {
  suspendUser(input: { id: $id, externalUserId: $externalId, reason: $reason }) { ${RESULT} }
}`;

export const REINSTATE_USER = `mutation Reinstate($id: ID!) { reinstateUser(input: { id: $id }) { ${RESULT} } }`;

export const ERASE_USER = `mutation Erase($id: ID!) { eraseUser(input: { id: $id }) { ${RESULT} } }`;
