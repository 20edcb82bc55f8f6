import type { Answer, TestGateway } from './gateway.ts';

export const STATISTICS = /* GraphQL */ `
  query Statistics(
    $filter: SessionStatisticsFilter!, $groupBy: [StatisticsDimension!], $first: Int, $after: String, $orderBy: StatisticsOrder
  ) {
    sessionStatistics(filter: $filter, groupBy: $groupBy) {
      from to timeZone
      totals { ...Counts }
      rows(first: $first, after: $after, orderBy: $orderBy) {
        edges { cursor }
        nodes {
          start user { id } application { id name } provider model failureCode denialReason
          counts { ...Counts }
        }
        pageInfo { hasNextPage hasPreviousPage endCursor }
      }
    }
  }
  fragment Counts on SessionCounts {
    requested issued failed unconfirmed pending revoked denied mintMsP50 mintMsP95 mintMsP99
  }
`;

/** Asks for statistics; the whole answer. */
export function askForStatistics(
  gateway: Pick<TestGateway, 'ask'>,
  variables: Record<string, unknown>,
  headers?: Record<string, string>,
): Promise<Answer> {
  return gateway.ask(STATISTICS, variables, headers);
}

/** Asks for statistics, which must be answered. */
export async function readStatistics(
  gateway: Pick<TestGateway, 'ask'>,
  variables: Record<string, unknown>,
  headers?: Record<string, string>,
) {
  const { body } = await askForStatistics(gateway, variables, headers);
  if (body.errors !== undefined) throw new Error(JSON.stringify(body.errors));
  return body.data.sessionStatistics;
}
