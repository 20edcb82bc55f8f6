import type { SessionRowFragment } from '../../gql/graphql.ts';
import { graphql } from '../../gql/index.ts';

/** A session as a row of the list, in the answer of the list and in each change. */
export const SESSION_ROW = graphql(/* GraphQL */ `
  fragment SessionRow on RealtimeSession {
    id
    status
    type
    connection
    provider
    model
    voice
    createdAt
    issuedAt
    revokedAt
    exposedUntil
    upstreamSessionId
    clientSecret {
      redacted
      expiresAt
      expiresInSeconds
    }
    failure {
      code
      message
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
    usage @include(if: $withUsage) {
      reported
      costUsd
      costKnownUsd
      totalTokens
    }
  }
`);

/** A session, and when it was answered: what it says in seconds counts from then. */
export type SessionRow = SessionRowFragment & {
  /** By the browser's clock. */
  readonly answeredAt: number;
};

export function answeredNow(session: SessionRowFragment): SessionRow {
  return { ...session, answeredAt: Date.now() };
}
