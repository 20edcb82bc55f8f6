import { graphql } from '../../gql/index.ts';

export const SESSION_SUMMARY = graphql(/* GraphQL */ `
  fragment SessionSummary on RealtimeSession {
    id
    status
    type
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
  }
`);
