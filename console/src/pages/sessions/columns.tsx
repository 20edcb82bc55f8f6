import { Link } from '@tanstack/react-router';
import { Amount } from '../../ui/amount.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import type { Column } from '../../ui/table.tsx';
import { Expiry } from './expiry.tsx';
import type { SessionRow } from './rows.ts';
import styles from './sessions.module.css';
import { StatusBadge } from './status-badge.tsx';

const NONE = <span className={styles['none']}>–</span>;

export type SessionColumn = Omit<Column<SessionRow>, 'header'> & { readonly header: string };

/** All columns, in their order. */
export const sessionColumns: readonly SessionColumn[] = [
  {
    id: 'id',
    header: 'Session',
    rowHeader: true,
    cell: ({ id }) => (
      <Link to="/sessions/$id" params={{ id }} className={styles['id']}>
        …{shortId(id)}
      </Link>
    ),
  },
  { id: 'status', header: 'Status', cell: ({ status }) => <StatusBadge status={status} /> },
  { id: 'user', header: 'User', cell: UserCell },
  { id: 'createdAt', header: 'Created', cell: ({ createdAt }) => <RelativeTime at={createdAt} /> },
  { id: 'expires', header: 'Expires in', align: 'end', cell: ExpiryCell },
  { id: 'application', header: 'Application', cell: ({ application }) => application.name },
  { id: 'provider', header: 'Provider', cell: ({ provider }) => provider },
  { id: 'model', header: 'Model', cell: ({ model }) => model },
  { id: 'type', header: 'Type', cell: ({ type }) => sessionTypeLabels[type] },
  { id: 'connection', header: 'Connection', cell: ({ connection }) => connectionLabels[connection] },
  { id: 'voice', header: 'Voice', cell: ({ voice }) => voice ?? NONE },
  {
    id: 'failure',
    header: 'Failure',
    cell: ({ failure }) => (failure === null ? NONE : <code>{failure.code}</code>),
  },
  { id: 'labels', header: 'Labels', cell: LabelsCell },
  {
    id: 'secret',
    header: 'Secret',
    cell: ({ clientSecret }) => (clientSecret === null ? NONE : <code>{clientSecret.redacted}</code>),
  },
  {
    id: 'upstreamSessionId',
    header: 'Provider’s id',
    cell: ({ upstreamSessionId }) => (upstreamSessionId === null ? NONE : <code>{upstreamSessionId}</code>),
  },
  { id: 'issuedAt', header: 'Issued', cell: ({ issuedAt }) => <TimeOrNone at={issuedAt} /> },
  { id: 'revokedAt', header: 'Revoked', cell: ({ revokedAt }) => <TimeOrNone at={revokedAt} /> },
  {
    id: 'exposedUntil',
    header: 'May run until',
    cell: ({ exposedUntil }) => <TimeOrNone at={exposedUntil} />,
  },
  { id: 'cost', header: 'Cost (USD)', align: 'end', cell: CostCell },
];

export const sessionTypeLabels = {
  REALTIME: 'Conversation',
  TRANSCRIPTION: 'Transcription',
  TRANSLATION: 'Translation',
} as const satisfies Record<SessionRow['type'], string>;

export const connectionLabels = {
  DIRECT: 'Direct',
  BROKERED: 'Brokered',
} as const satisfies Record<SessionRow['connection'], string>;

/** What is shown before anybody has chosen. */
export const defaultColumns: readonly string[] = [
  'id',
  'status',
  'user',
  'createdAt',
  'expires',
  'application',
  'provider',
  'model',
  'exposedUntil',
];

/** The end of an id tells sessions apart; all of them begin alike. */
function shortId(id: string): string {
  return id.replace(/=+$/, '').slice(-8);
}

function ExpiryCell({ status, clientSecret, answeredAt }: SessionRow) {
  if (clientSecret === null || status !== 'ACTIVE') return NONE;
  const { expiresAt, expiresInSeconds } = clientSecret;
  return <Expiry expiresAt={expiresAt} expiresInSeconds={expiresInSeconds} answeredAt={answeredAt} />;
}

function UserCell({ user }: SessionRow) {
  return (
    <Link to="/users/$id" params={{ id: user.id }}>
      {user.externalId ?? 'erased user'}
    </Link>
  );
}

function LabelsCell({ labels }: SessionRow) {
  if (labels.length === 0) return NONE;
  return labels.map(({ key, value }) => (
    <span key={key} className={styles['label']}>
      {key}: {value}
    </span>
  ));
}

/** While nothing is reported the cost is not zero but unknown. */
function CostCell({ usage }: SessionRow) {
  return usage == null || !usage.reported ? (
    <span className={styles['none']}>not reported</span>
  ) : (
    <Amount usd={usage.costUsd} />
  );
}

function TimeOrNone({ at }: { readonly at: string | null }) {
  return at === null ? NONE : <RelativeTime at={at} />;
}
