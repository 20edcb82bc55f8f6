import { useState } from 'react';
import type { ApiError } from '../../api/api-error.ts';
import { useApiMutation } from '../../api/use-api-mutation.ts';
import type { ListedKeyFragment } from '../../gql/graphql.ts';
import { graphql } from '../../gql/index.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { useToast } from '../../ui/toast.tsx';

const REVOKE = graphql(/* GraphQL */ `
  mutation RevokeKey($input: RevokeApiKeyInput!) {
    revokeApiKey(input: $input) {
      __typename
      ... on Error {
        message
      }
      ... on RevokeApiKeySuccess {
        apiKey {
          id
          revokedAt
        }
      }
    }
  }
`);

/** Asks whether to revoke a key, and says whether it is in use. */
export function RevokeKeyDialog({
  application,
  apiKey,
  onClose,
  onRevoked,
}: {
  readonly application: string;
  /** Null: nothing is asked. */
  readonly apiKey: ListedKeyFragment | null;
  readonly onClose: () => void;
  readonly onRevoked: () => void;
}) {
  const [revoke, busy] = useApiMutation(REVOKE);
  const [error, setError] = useState<ApiError>();
  const say = useToast();

  async function confirm(key: ListedKeyFragment) {
    const answer = await revoke({ input: { id: key.id } });
    const result = answer.data?.revokeApiKey;
    if (result?.__typename === 'NotFoundError')
      return setError({ message: result.message, code: 'NOT_FOUND', requestId: answer.requestId });
    setError(answer.error);
    if (result?.__typename !== 'RevokeApiKeySuccess') return;
    say(`The key ${key.name} of ${application} is revoked.`);
    onRevoked();
    onClose();
  }

  return (
    <ConfirmDialog
      open={apiKey !== null}
      onClose={() => {
        setError(undefined);
        onClose();
      }}
      title={`Revoke the key ${apiKey?.name ?? ''} of ${application}?`}
      consequence={
        <>
          Every gateway refuses it within a second. It cannot be undone.{' '}
          {apiKey?.lastUsedAt == null ? (
            'It was never used.'
          ) : (
            <>
              It was last used <RelativeTime at={apiKey.lastUsedAt} />: whatever uses it stops working.
            </>
          )}
        </>
      }
      action="Revoke"
      {...(apiKey === null ? {} : { typed: apiKey.name })}
      busy={busy}
      error={error}
      onConfirm={() => {
        if (apiKey !== null) void confirm(apiKey);
      }}
    />
  );
}
