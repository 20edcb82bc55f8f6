import { useCallback } from 'react';
import { useClient } from 'urql';
import { type ApiError, toApiError } from '../../api/api-error.ts';
import type { CreateRealtimeSessionInput, PlaygroundMintMutation } from '../../gql/graphql.ts';
import { graphql } from '../../gql/index.ts';

export const MINT = graphql(/* GraphQL */ `
  mutation PlaygroundMint($input: CreateRealtimeSessionInput!) {
    createRealtimeSession(input: $input) {
      __typename
      ... on Error {
        message
      }
      ... on CreateRealtimeSessionSuccess {
        clientSecret {
          value
          expiresAt
        }
        session {
          id
          type
          provider
          model
          voice
          exposedUntil
          clientSecret {
            redacted
          }
        }
      }
      ... on InvalidInputError {
        issues {
          path
          message
        }
      }
      ... on PolicyViolationError {
        rule
        allowed
        unpricedModels
      }
      ... on QuotaExceededError {
        quota
        limit
        used
        retryAt
      }
      ... on UserSuspendedError {
        suspendedAt
      }
      ... on IdempotencyConflictError {
        reason
      }
      ... on SecretAlreadyIssuedError {
        session {
          id
          status
        }
      }
      ... on UpstreamError {
        retryable
        possiblyIssued
        retryAt
        path
        upstreamStatus
        upstreamCode
        upstreamRequestId
        session {
          id
          status
        }
      }
    }
  }
`);

export type MintResult = PlaygroundMintMutation['createRealtimeSession'];
export type Success = Extract<MintResult, { __typename: 'CreateRealtimeSessionSuccess' }>;
export type Refusal = Exclude<MintResult, Success>;
export type MintAnswer = { readonly result: MintResult } | { readonly error: ApiError };

const NOTHING: ApiError = { message: 'The gateway answered nothing.', code: 'UNKNOWN', requestId: null };

/** @returns a function that mints, and hands the answer to its caller alone: a hook of urql would keep it, with the secret */
export function useMint(): (input: CreateRealtimeSessionInput) => Promise<MintAnswer> {
  const client = useClient();
  return useCallback(
    async (input) => {
      const { data, error } = await client
        .mutation<PlaygroundMintMutation>(MINT.toString(), { input })
        .toPromise();
      // What was minted is shown, also when a part of the answer failed.
      if (data?.createRealtimeSession !== undefined) return { result: data.createRealtimeSession };
      return { error: error === undefined ? NOTHING : toApiError(error) };
    },
    [client],
  );
}
