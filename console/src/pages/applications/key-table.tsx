import { useState } from 'react';
import type { ListedKeyFragment } from '../../gql/graphql.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import styles from './key-table.module.css';
import { keyState } from './matching.ts';
import { RevokeKeyDialog } from './revoke-key-dialog.tsx';
import { reachWords, scopeWords } from './scopes.ts';

/** The keys of an application. */
export function KeyTable({
  application,
  keys,
  now,
  onChanged,
}: {
  readonly application: string;
  readonly keys: readonly ListedKeyFragment[];
  readonly now: number;
  readonly onChanged: () => void;
}) {
  const [revoking, setRevoking] = useState<ListedKeyFragment | null>(null);
  const columns: readonly Column<ListedKeyFragment>[] = [
    { id: 'name', header: 'Key', rowHeader: true, cell: ({ name }) => name },
    { id: 'redacted', header: 'Value', cell: ({ redacted }) => <code>{redacted}</code> },
    { id: 'state', header: 'State', cell: (key) => <State apiKey={key} now={now} /> },
    { id: 'scopes', header: 'Scopes', cell: ({ scopes }) => <Scopes scopes={scopes} /> },
    { id: 'reach', header: 'Reach', cell: ({ reach }) => reachWords[reach].name },
    { id: 'used', header: 'Last used', cell: ({ lastUsedAt }) => timeOr(lastUsedAt, 'never') },
    { id: 'expires', header: 'Expires', cell: ({ expiresAt }) => timeOr(expiresAt, 'never') },
    { id: 'created', header: 'Created', cell: ({ createdAt }) => <RelativeTime at={createdAt} /> },
    {
      id: 'revoke',
      header: (
        <span className={styles['holder']}>
          <span className={styles['hidden']}>Change</span>
        </span>
      ),
      align: 'end',
      cell: (key) =>
        keyState(key, now) !== 'revoked' && (
          <Button
            size="small"
            variant="quiet"
            label={`Revoke the key ${key.name}`}
            onClick={() => setRevoking(key)}
          >
            Revoke
          </Button>
        ),
    },
  ];
  return (
    <>
      <Table label={`Keys of ${application}`} columns={columns} rows={keys} rowKey={({ id }) => id} />
      <RevokeKeyDialog
        application={application}
        apiKey={revoking}
        onClose={() => setRevoking(null)}
        onRevoked={onChanged}
      />
    </>
  );
}

function State({ apiKey, now }: { readonly apiKey: ListedKeyFragment; readonly now: number }) {
  switch (keyState(apiKey, now)) {
    case 'valid':
      return <Badge tone="good">valid</Badge>;
    case 'expired':
      return <Badge>expired</Badge>;
    case 'revoked':
      return (
        <>
          <Badge tone="warning">revoked</Badge>{' '}
          {apiKey.revokedAt !== null && <RelativeTime at={apiKey.revokedAt} />}
        </>
      );
  }
}

function Scopes({ scopes }: { readonly scopes: ListedKeyFragment['scopes'] }) {
  if (scopes.length === 0) return <span className={styles['scopes']}>none: it can only ask who it is</span>;
  if (scopes.length === Object.keys(scopeWords).length) return 'All';
  return <span className={styles['scopes']}>{scopes.map((scope) => scopeWords[scope].name).join(', ')}</span>;
}

function timeOr(at: string | null, otherwise: string) {
  return at === null ? otherwise : <RelativeTime at={at} />;
}
