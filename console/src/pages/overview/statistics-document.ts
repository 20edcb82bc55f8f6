import type { OverviewStatisticsQuery } from '../../gql/graphql.ts';
import { graphql } from '../../gql/index.ts';

export const OVERVIEW_STATISTICS = graphql(/* GraphQL */ `
  query OverviewStatistics(
    $today: SessionStatisticsFilter!
    $todayBefore: SessionStatisticsFilter!
    $hours: SessionStatisticsFilter!
    $hoursBefore: SessionStatisticsFilter!
  ) {
    today: sessionStatistics(filter: $today, groupBy: [DENIAL_REASON, FAILURE_CODE]) {
      totals {
        issued
        denied
        failed
        unconfirmed
        mintMsP95
      }
      rows(first: 50) {
        nodes {
          denialReason
          failureCode
          counts {
            denied
            failed
            unconfirmed
          }
        }
      }
    }
    todayBefore: sessionStatistics(filter: $todayBefore) {
      totals {
        issued
        denied
        failed
        unconfirmed
        mintMsP95
      }
    }
    hours: sessionStatistics(filter: $hours, groupBy: [HOUR]) {
      from
      to
      timeZone
      totals {
        issued
        denied
        failed
        unconfirmed
        pending
      }
      rows(first: 50) {
        nodes {
          start
          counts {
            issued
            denied
            failed
            unconfirmed
            pending
          }
        }
      }
    }
    hoursBefore: sessionStatistics(filter: $hoursBefore) {
      totals {
        issued
        denied
        failed
        unconfirmed
        pending
      }
    }
  }
`);

export type OverviewStatistics = OverviewStatisticsQuery;
