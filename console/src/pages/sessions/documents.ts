import { graphql } from '../../gql/index.ts';

export const SESSIONS_PAGE = graphql(/* GraphQL */ `
  query SessionsPage(
    $filter: RealtimeSessionFilter
    $orderBy: RealtimeSessionOrder
    $first: Int
    $after: String
    $last: Int
    $before: String
    $withUsage: Boolean!
  ) {
    realtimeSessions(
      filter: $filter
      orderBy: $orderBy
      first: $first
      after: $after
      last: $last
      before: $before
    ) {
      eventsAfter
      nodes {
        ...SessionRow
      }
      pageInfo {
        startCursor
        endCursor
        hasPreviousPage
        hasNextPage
      }
    }
  }
`);

/** Asked on its own, so that the rows need not wait for it. */
export const SESSIONS_COUNT = graphql(/* GraphQL */ `
  query SessionsCount($filter: RealtimeSessionFilter, $orderBy: RealtimeSessionOrder) {
    realtimeSessions(filter: $filter, orderBy: $orderBy, first: 1) {
      totalCount(upTo: 1001)
    }
  }
`);

export const SESSION_CHANGES = graphql(/* GraphQL */ `
  subscription SessionChanges($filter: RealtimeSessionFilter, $after: ID, $withUsage: Boolean!) {
    sessionEvents(filter: $filter, after: $after) {
      id
      type
      session {
        ...SessionRow
      }
    }
  }
`);

/** What the filters can be chosen from. Callers that do not reach everything may not ask for it. */
export const SESSION_FILTER_CHOICES = graphql(/* GraphQL */ `
  query SessionFilterChoices {
    applications {
      id
      name
    }
    gateway {
      pricedModels
      providers {
        name
      }
    }
  }
`);
