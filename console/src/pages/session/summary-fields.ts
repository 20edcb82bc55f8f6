import { graphql } from '../../gql/index.ts';

export const SESSION_SUMMARY = graphql(/* GraphQL */ `
  fragment SessionSummary on RealtimeSession {
    id
    status
    type
    connection
    provider
    model
    createdAt
    issuedAt
    revokedAt
    exposedUntil
    upstreamSessionId
    clientSecret {
      redacted
      fingerprint
      expiresAt
      expiresInSeconds
      isExpired
    }
    failure {
      code
      message
      upstreamStatus
      upstreamCode
      upstreamParam
      upstreamRequestId
    }
    labels {
      key
      value
    }
    user {
      id
      externalId
    }
    application {
      id
      name
    }
    call {
      id
      status
      createdAt
      connectedAt
      deadlineAt
      lastActivityAt
      endedAt
      endReason
    }
  }
`);
