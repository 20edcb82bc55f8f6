import type { OverviewLiveQuery } from '../../gql/graphql.ts';
import { graphql } from '../../gql/index.ts';

/** Counted no further, so that it stays fast. */
export const MAX_LIVE = 10_000;

export const OVERVIEW_LIVE = graphql(/* GraphQL */ `
  query OverviewLive($upTo: Int!) {
    realtimeSessions(filter: { statuses: [ACTIVE] }, orderBy: EXPIRES_AT_ASC, first: 6) {
      totalCount(upTo: $upTo)
      nodes {
        id
        model
        user {
          externalId
        }
        clientSecret {
          expiresAt
        }
      }
    }
    realtimeCalls(filter: { statuses: [CONNECTING, LIVE] }, first: 100) {
      nodes {
        id
      }
      pageInfo {
        hasNextPage
      }
    }
  }
`);

export type OverviewLive = OverviewLiveQuery['realtimeSessions'];
export type OverviewCalls = OverviewLiveQuery['realtimeCalls'];
