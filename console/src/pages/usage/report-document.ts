import { graphql } from '../../gql/index.ts';

/** A page of a report; with its totals for the first page. */
export const USAGE_REPORT = graphql(/* GraphQL */ `
  query UsageReport(
    $filter: UsageFilter!
    $groupBy: [UsageDimension!]!
    $orderBy: UsageOrder!
    $first: Int!
    $after: String
    $withTotals: Boolean!
  ) {
    usage(filter: $filter, groupBy: $groupBy) {
      totals @include(if: $withTotals) {
        reported
        responses
        inputTextTokens
        inputAudioTokens
        inputImageTokens
        cachedTextTokens
        cachedAudioTokens
        cachedImageTokens
        outputTextTokens
        outputAudioTokens
        totalTokens
        transcriptionSeconds
        costUsd
        costKnownUsd
        costEstimatedUsd
        costUnknownFor
        costUnknownForMore
      }
      rows(first: $first, after: $after, orderBy: $orderBy) {
        nodes {
          start
          model
          provider
          label
          user {
            id
            externalId
          }
          application {
            id
            name
          }
          sessionsIssued
          totals {
            reported
            responses
            inputTextTokens
            inputAudioTokens
            inputImageTokens
            cachedTextTokens
            cachedAudioTokens
            cachedImageTokens
            outputTextTokens
            outputAudioTokens
            totalTokens
            transcriptionSeconds
            costUsd
            costKnownUsd
            costEstimatedUsd
            costUnknownFor
            costUnknownForMore
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`);
