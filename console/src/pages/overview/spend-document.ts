import type { OverviewSpendQuery } from '../../gql/graphql.ts';
import { graphql } from '../../gql/index.ts';

export const OVERVIEW_SPEND = graphql(/* GraphQL */ `
  query OverviewSpend($month: UsageFilter!, $monthBefore: UsageFilter!) {
    month: usage(filter: $month) {
      totals {
        costUsd
        costKnownUsd
        costEstimatedUsd
        costUnknownFor
        costUnknownForMore
      }
    }
    monthBefore: usage(filter: $monthBefore) {
      totals {
        costUsd
        costKnownUsd
      }
    }
  }
`);

export type OverviewSpend = OverviewSpendQuery;
