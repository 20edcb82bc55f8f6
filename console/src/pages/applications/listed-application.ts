import { graphql } from '../../gql/index.ts';

export const LISTED_APPLICATION = graphql(/* GraphQL */ `
  fragment ListedApplication on Application {
    id
    name
    createdAt @include(if: $registrar)
    apiKeys @include(if: $registrar) {
      ...ListedKey
    }
  }
`);

export const LISTED_KEY = graphql(/* GraphQL */ `
  fragment ListedKey on ApiKey {
    id
    name
    redacted
    scopes
    reach
    createdAt
    expiresAt
    lastUsedAt
    revokedAt
  }
`);
