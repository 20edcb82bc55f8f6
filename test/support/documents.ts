/** Every field of a session that can be compared; ids and times of the record itself are left out. */
export const SESSION_FIELDS = /* GraphQL */ `
  fragment SessionFields on RealtimeSession {
    upstreamSessionId object type status modalities model instructions voice inputAudioFormat outputAudioFormat
    inputAudioTranscription { model language languages prompt keywords delay }
    turnDetection {
      __typename
      ... on ServerVad { threshold prefixPaddingMs silenceDurationMs idleTimeoutMs createResponse interruptResponse }
      ... on SemanticVad { eagerness createResponse interruptResponse }
    }
    inputAudioNoiseReduction { type strength }
    tools {
      __typename
      ... on FunctionTool { name description parameters }
      ... on McpTool {
        serverLabel serverUrl connectorId serverDescription allowedTools readOnlyTools requireApproval
        hasAuthorization headerNames
      }
    }
    toolChoice { mode name serverLabel }
    temperature maxResponseOutputTokens outputLanguage upstreamConfig provider
    labels { key value }
    clientSecret { redacted fingerprint expiresAt isExpired expiresInSeconds }
    failure { code message upstreamStatus upstreamCode upstreamParam upstreamRequestId }
    createdAt issuedAt exposedUntil
  }
`;

export const CREATE = /* GraphQL */ `
  mutation Create($input: CreateRealtimeSessionInput!) {
    createRealtimeSession(input: $input) {
      __typename
      ... on CreateRealtimeSessionSuccess { clientSecret { value expiresAt } session { id ...SessionFields } }
      ... on InvalidInputError { message issues { path message } }
      ... on UpstreamError {
        message upstreamStatus upstreamCode upstreamParam path upstreamRequestId retryAt retryable possiblyIssued
        session { id ...SessionFields }
      }
    }
  }
  ${SESSION_FIELDS}
`;

export const READ = /* GraphQL */ `
  query Read($id: ID!) { realtimeSession(id: $id) { id ...SessionFields } }
  ${SESSION_FIELDS}
`;

export const TRAIL = /* GraphQL */ `
  query Trail($id: ID!) {
    realtimeSession(id: $id) { status auditEvents(first: 100) { nodes { action outcome detail } } }
  }
`;
