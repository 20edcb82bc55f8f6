import { graphql } from '../../gql/index.ts';

/** A call as a row of a list. */
export const CALL_ROW = graphql(/* GraphQL */ `
  fragment CallRow on RealtimeCall {
    id
    status
    createdAt
    connectedAt
    endedAt
    deadlineAt
    lastActivityAt
    endReason
    usage @include(if: $withUsage) {
      reported
      costUsd
      costKnownUsd
    }
    session {
      id
      model
      user {
        id
        externalId
      }
      application {
        id
        name
      }
    }
  }
`);

export const CALLS_PAGE = graphql(/* GraphQL */ `
  query CallsPage($filter: RealtimeCallFilter, $first: Int, $after: String, $withUsage: Boolean!) {
    realtimeCalls(filter: $filter, first: $first, after: $after) {
      nodes {
        ...CallRow
      }
      pageInfo {
        endCursor
        hasNextPage
      }
    }
  }
`);

/** Where to begin to listen. */
export const CALLS_POSITION = graphql(/* GraphQL */ `
  query CallsPosition {
    realtimeSessions(first: 1) {
      eventsAfter
    }
  }
`);

export const CALL_CHANGES = graphql(/* GraphQL */ `
  subscription CallChanges($filter: RealtimeSessionFilter, $after: ID) {
    sessionEvents(filter: $filter, after: $after) {
      id
      type
    }
  }
`);

export const HANG_UP = graphql(/* GraphQL */ `
  mutation HangUpInConsole($input: EndRealtimeCallInput!) {
    endRealtimeCall(input: $input) {
      __typename
      ... on Error {
        message
      }
      ... on EndRealtimeCallSuccess {
        call {
          id
          status
        }
      }
    }
  }
`);
