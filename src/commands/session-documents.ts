/** What a list of sessions shows of each. */
export const SUMMARY = `
  id status type model voice provider upstreamSessionId createdAt issuedAt revokedAt exposedUntil
  user { id externalId }
  application { id name }
  labels { key value }
  clientSecret { redacted expiresAt fingerprint }
  failure { code message upstreamStatus upstreamCode upstreamParam upstreamRequestId }`;

const CONFIG = `
  object modalities instructions inputAudioFormat outputAudioFormat temperature maxResponseOutputTokens outputLanguage
  inputAudioTranscription { model language languages prompt keywords delay }
  turnDetection {
    __typename
    ... on ServerVad {
      threshold prefixPaddingMs silenceDurationMs idleTimeoutMs createResponse interruptResponse
    }
    ... on SemanticVad { eagerness createResponse interruptResponse }
  }
  inputAudioNoiseReduction { type strength }
  tools {
    __typename
    ... on FunctionTool { name description parameters }
    ... on McpTool {
      serverLabel serverUrl connectorId serverDescription allowedTools readOnlyTools requireApproval hasAuthorization
      headerNames
    }
  }
  toolChoice { mode name serverLabel }`;

const USAGE = `
  usage {
    reported responses inputTextTokens inputAudioTokens inputImageTokens cachedTextTokens cachedAudioTokens
    cachedImageTokens outputTextTokens outputAudioTokens totalTokens transcriptionSeconds costUsd costKnownUsd
    costEstimatedUsd costUnknownFor costUnknownForMore
  }`;

/** The newest audit events about something. */
export const AUDIT_EVENTS = `
  auditEvents(first: 100) {
    nodes {
      id sequence at action outcome requestId ipAddress userAgent detail
      actor { kind name }
    }
    pageInfo { hasNextPage endCursor }
  }`;

export const LIST_SESSIONS = `query Sessions($filter: RealtimeSessionFilter, $first: Int!, $after: String) {
  realtimeSessions(filter: $filter, first: $first, after: $after) {
    nodes { ${SUMMARY} }
    pageInfo { hasNextPage endCursor }
  }
}`;

export const SHOW_SESSION = `query Session($id: ID!) {
  realtimeSession(id: $id) { ${SUMMARY} ${CONFIG} ${USAGE} ${AUDIT_EVENTS} }
}`;

export const REVOKE_SESSION = `mutation Revoke($id: ID!, $reason: String) {
  revokeRealtimeSession(input: { id: $id, reason: $reason }) {
    ... on RevokeRealtimeSessionSuccess { session { ${SUMMARY} } }
    ... on NotFoundError { message }
  }
}`;
