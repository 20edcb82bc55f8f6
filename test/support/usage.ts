import { expect } from 'vitest';
import type { TestGateway } from './gateway.ts';

const TOTALS = /* GraphQL */ `
  fragment Totals on UsageTotals {
    reported responses inputTextTokens inputAudioTokens inputImageTokens
    cachedTextTokens cachedAudioTokens cachedImageTokens outputTextTokens outputAudioTokens
    transcriptionSeconds totalTokens costUsd costKnownUsd costUnknownFor costUnknownForMore costEstimatedUsd
  }
`;

const REPORT = /* GraphQL */ `
  mutation Report($input: ReportUsageInput!) {
    reportUsage(input: $input) {
      __typename
      ... on Error { message }
      ... on InvalidInputError { issues { path message } }
      ... on ReportUsageSuccess { alreadyReported session { id usage { ...Totals } } }
    }
  }
  ${TOTALS}
`;

const USAGE = /* GraphQL */ `
  query Usage($filter: UsageFilter!, $groupBy: [UsageDimension!], $first: Int, $after: String, $orderBy: UsageOrder) {
    usage(filter: $filter, groupBy: $groupBy) {
      from to timeZone
      totals { ...Totals }
      rows(first: $first, after: $after, orderBy: $orderBy) {
        edges { cursor }
        nodes {
          start model provider label sessionsIssued user { externalId } application { name }
          totals { ...Totals }
        }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      }
    }
  }
  ${TOTALS}
`;

type Asks = Pick<TestGateway, 'ask'>;
type Input = Record<string, unknown>;

/** Reports what a response used; what the mutation answered. */
export async function report(gateway: Asks, input: Input, headers?: Record<string, string>) {
  const { status, body } = await gateway.ask(REPORT, { input }, headers);
  if (status !== 200 || body.errors !== undefined) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body.data.reportUsage;
}

/** The whole answer to a question for a report. */
export async function askForUsage(gateway: Asks, variables: Input, headers?: Record<string, string>) {
  return (await gateway.ask(USAGE, variables, headers)).body;
}

export async function readUsage(gateway: Asks, variables: Input, headers?: Record<string, string>) {
  const body = await askForUsage(gateway, variables, headers);
  if (body.errors !== undefined) throw new Error(JSON.stringify(body));
  return body.data.usage;
}

/** What a row is not grouped by is null in it. */
export type UsageRow = {
  readonly start: string | null;
  readonly model: string | null;
  readonly label: string | null;
  readonly sessionsIssued: number | null;
  readonly user: { readonly externalId: string } | null;
  readonly application: { readonly name: string } | null;
  readonly totals: Totals;
};

export type Totals = {
  readonly responses: number;
  readonly totalTokens: number;
  readonly costUsd: string | null;
  readonly costKnownUsd: string;
};

/** All rows of a report, page by page of `first` rows. */
export async function readUsageRows(
  gateway: Asks,
  variables: Input & { first: number },
): Promise<UsageRow[]> {
  const walked: UsageRow[] = [];
  for (let after: string | null = null; ; ) {
    const { rows } = await readUsage(gateway, { ...variables, after });
    expect(rows.pageInfo.hasPreviousPage).toBe(after !== null);
    walked.push(...rows.nodes);
    if (!rows.pageInfo.hasNextPage) return walked;
    after = rows.pageInfo.endCursor;
  }
}

/** As in the provider's reference of response.done: it costs 0.0085336 by gpt-realtime-2.1. */
export const RESPONSE = {
  total_tokens: 275,
  input_tokens: 127,
  output_tokens: 148,
  input_token_details: {
    ...{ cached_tokens: 64, text_tokens: 119, audio_tokens: 8, image_tokens: 0 },
    cached_tokens_details: { text_tokens: 64, audio_tokens: 0, image_tokens: 0 },
  },
  output_token_details: { text_tokens: 36, audio_tokens: 112 },
};
