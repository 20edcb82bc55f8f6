import { graphql } from '../../gql/index.ts';

export const SESSION_PAGE = graphql(/* GraphQL */ `
  query SessionPage($id: ID!, $withUsage: Boolean!) {
    realtimeSession(id: $id) {
      id
      ...SessionSummary
      ...SessionFields
      ...SessionUsage @include(if: $withUsage)
      user {
        id
      }
    }
    position: realtimeSessions(first: 1) {
      eventsAfter
    }
  }
`);

/** No filter names a session, so the changes to the sessions of its user are watched. */
export const SESSION_CHANGED = graphql(/* GraphQL */ `
  subscription SessionChanged($userId: ID!, $after: ID) {
    sessionEvents(filter: { userId: $userId }, after: $after) {
      id
      session {
        id
      }
    }
  }
`);

export const REVOKE_SESSION = graphql(/* GraphQL */ `
  mutation RevokeSessionInConsole($input: RevokeRealtimeSessionInput!) {
    revokeRealtimeSession(input: $input) {
      __typename
      ... on Error {
        message
      }
      ... on RevokeRealtimeSessionSuccess {
        session {
          id
          status
        }
      }
    }
  }
`);

export const SESSION_TIMELINE = graphql(/* GraphQL */ `
  query SessionTimeline($id: ID!, $after: String) {
    realtimeSession(id: $id) {
      auditEvents(first: 50, after: $after) {
        nodes {
          ...TimelineEvent
        }
        pageInfo {
          endCursor
          hasNextPage
        }
      }
    }
  }
`);
