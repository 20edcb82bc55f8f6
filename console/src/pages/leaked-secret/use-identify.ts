import { useCallback } from 'react';
import type { ApiError } from '../../api/api-error.ts';
import { useSecretMutation } from '../../api/use-secret-mutation.ts';
import { useHasScope } from '../../auth/viewer.ts';
import type { FragmentType } from '../../gql/fragment-masking.ts';
import { graphql } from '../../gql/index.ts';
import { credentialKind } from '../../shell/command-palette/credential-kind.ts';
import type { LEAKED_SESSION } from './leaked-session.tsx';

const IDENTIFY = graphql(/* GraphQL */ `
  mutation IdentifyLeakedSecret($input: IdentifyClientSecretInput!, $withUser: Boolean!) {
    identifyClientSecret(input: $input) {
      __typename
      ... on IdentifyClientSecretSuccess {
        session {
          id
          ...LeakedSession
        }
      }
    }
  }
`);

/** What a secret turned out to be. */
export type Finding =
  | { readonly kind: 'session'; readonly session: FragmentType<typeof LEAKED_SESSION> }
  | { readonly kind: 'unknown'; readonly other: boolean }
  | { readonly kind: 'api-key'; readonly lastFour: string }
  | { readonly kind: 'root-key' }
  | { readonly kind: 'error'; readonly error: ApiError };

const NO_ANSWER: ApiError = { message: 'The gateway sent no answer.', code: 'NETWORK', requestId: null };

/** @returns a function that finds out what a secret belongs to; keys of Gatehouse are not sent anywhere for that */
export function useIdentify(): (found: string) => Promise<Finding> {
  const mutate = useSecretMutation();
  const withUser = useHasScope('USERS_READ');
  return useCallback(
    async (found: string): Promise<Finding> => {
      const secret = credentialIn(found);
      const kind = credentialKind(secret);
      if (kind === 'root-key') return { kind };
      if (kind === 'api-key') return { kind, lastFour: secret.slice(-4) };
      const { data, error } = await mutate(IDENTIFY, { input: { secret }, withUser });
      if (error !== undefined) return { kind: 'error', error };
      const answer = data?.identifyClientSecret;
      if (answer === undefined) return { kind: 'error', error: NO_ANSWER };
      if (answer.__typename === 'NotFoundError') return { kind: 'unknown', other: kind === 'other' };
      return { kind: 'session', session: answer.session };
    },
    [mutate, withUser],
  );
}

const FORM =
  /\b(?:ek_[\w-]{8,256}|xai-realtime-client-secret-[\w+/=-]{8,256}|gh_root_[\w-]{8,256}|gh_[A-Za-z0-9]{16,256})/;

/** The secret in a line that somebody pasted as a whole; the line itself when it has none of a known form. */
function credentialIn(line: string): string {
  return FORM.exec(line)?.[0] ?? line.trim();
}
