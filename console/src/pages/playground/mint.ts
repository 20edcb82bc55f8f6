import { useCallback } from 'react';
import type { ApiError } from '../../api/api-error.ts';
import { useSecretMutation } from '../../api/use-secret-mutation.ts';
import type { CreateRealtimeSessionInput, PlaygroundMintMutation } from '../../gql/graphql.ts';
import { graphql } from '../../gql/index.ts';
import { createSecretBox, type SecretBox } from '../../ui/secret-box.ts';

export const MINT = graphql(/* GraphQL */ `
  mutation PlaygroundMint($input: CreateRealtimeSessionInput!) {
    createRealtimeSession(input: $input) {
      __typename
      ... on Error {
        message
      }
      ... on CreateRealtimeSessionSuccess {
        callUrl
        clientSecret {
          value
          expiresAt
        }
        session {
          id
          type
          provider
          model
          connection
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

type MintResult = PlaygroundMintMutation['createRealtimeSession'];
type Success = Extract<MintResult, { __typename: 'CreateRealtimeSessionSuccess' }>;
export type Refusal = Exclude<MintResult, Success>;
export type MintedSession = NonNullable<Success['session']>;
/** What was minted, with the secret in a box and nowhere else. */
export type Issued = {
  readonly secret: SecretBox;
  readonly expiresAt: string;
  /** Where the call of a BROKERED session is opened. Null for a DIRECT one. */
  readonly callUrl: string | null;
  readonly session: MintedSession | null;
};
export type MintAnswer =
  | { readonly kind: 'issued'; readonly issued: Issued }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly requestId: string | null }
  | { readonly kind: 'error'; readonly error: ApiError };

const NOTHING: ApiError = { message: 'The gateway answered nothing.', code: 'UNKNOWN', requestId: null };

/** @returns a function that mints, whose secret is then in a box and nowhere else */
export function useMint(): (input: CreateRealtimeSessionInput) => Promise<MintAnswer> {
  const mutate = useSecretMutation();
  return useCallback(
    async (input) => {
      const { data, error, requestId } = await mutate(MINT, { input });
      // What was minted is shown, also when a part of the answer failed.
      const result = data?.createRealtimeSession;
      if (result === undefined) return { kind: 'error', error: error ?? NOTHING };
      if (result.__typename !== 'CreateRealtimeSessionSuccess')
        return { kind: 'refused', refusal: result, requestId };
      const { clientSecret, callUrl, session } = result;
      const secret = createSecretBox(clientSecret.value);
      return { kind: 'issued', issued: { secret, expiresAt: clientSecret.expiresAt, callUrl, session } };
    },
    [mutate],
  );
}
