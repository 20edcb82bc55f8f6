import { useState } from 'react';
import type { ApiError } from '../../api/api-error.ts';
import { useApiMutation } from '../../api/use-api-mutation.ts';
import { graphql } from '../../gql/index.ts';
import type { LimitName, PolicyLayers, Subject } from './policy.ts';
import { type Draft, draftOf, type ParsedDraft, parseDraft } from './policy-draft.ts';

const SET_POLICY = graphql(/* GraphQL */ `
  mutation SetPolicyInConsole($input: SetPolicyInput!) {
    setPolicy(input: $input) {
      __typename
      ... on SetPolicySuccess {
        user {
          id
          policyOverrides {
            ...OverrideValues
          }
        }
        application {
          id
          policyOverrides {
            ...OverrideValues
          }
        }
      }
      ... on Error {
        message
      }
      ... on InvalidInputError {
        issues {
          path
          message
        }
      }
    }
  }
`);

export type PolicyForm = ParsedDraft & {
  readonly draft: Draft;
  /** What the server refused, by the name of the limit. */
  readonly refused: ReadonlyMap<string, string>;
  readonly error: ApiError | undefined;
  readonly busy: boolean;
  readonly edit: (name: LimitName, text: string | null) => void;
  readonly discard: () => void;
  /** @returns whether the server made the changes */
  readonly save: () => Promise<boolean>;
};

const nothing: ReadonlyMap<string, string> = new Map();

/** The limits of a user or an application as they are edited. Only what was edited is kept, so that the rest follows the server. */
export function usePolicyForm({ kind, id }: Subject, { own }: PolicyLayers): PolicyForm {
  const [edits, setEdits] = useState<Partial<Draft>>({});
  const [refused, setRefused] = useState(nothing);
  const [error, setError] = useState<ApiError | undefined>(undefined);
  const [setPolicy, busy] = useApiMutation(SET_POLICY);
  const draft = { ...draftOf(own), ...edits };
  const parsed = parseDraft(draft, own);

  function start(next: Partial<Draft>) {
    setEdits(next);
    setRefused(nothing);
    setError(undefined);
  }

  async function save(): Promise<boolean> {
    const target = kind === 'user' ? { userId: id } : { applicationId: id };
    const answer = await setPolicy({ input: { ...target, ...parsed.changes } });
    const result = answer.data?.setPolicy;
    setError(answer.error);
    if (result?.__typename === 'SetPolicySuccess') {
      start({});
      return true;
    }
    if (result?.__typename === 'InvalidInputError') {
      setRefused(
        new Map(result.issues.map(({ path, message }) => [path[0] ?? '', nameEntry(path, message)])),
      );
    }
    if (result?.__typename === 'NotFoundError') {
      setError({ message: result.message, code: 'NOT_FOUND', requestId: answer.requestId });
    }
    return false;
  }

  return {
    ...parsed,
    draft,
    refused,
    error,
    busy,
    edit: (name, text) => start({ ...edits, [name]: text }),
    discard: () => start({}),
    save,
  };
}

/** Says which line of a list is meant. */
function nameEntry([, index]: readonly string[], message: string): string {
  return index === undefined ? message : `Line ${Number(index) + 1} ${message}`;
}
