import { Link } from '@tanstack/react-router';
import type { SessionSummaryFragment } from '../../gql/graphql.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { connectionLabels, sessionTypeLabels } from '../sessions/columns.tsx';
import styles from './session.module.css';

/** Whose the session is, who asked for it and when, and what it is called. */
export function Record({ session }: { readonly session: SessionSummaryFragment }) {
  const {
    id,
    upstreamSessionId,
    user,
    application,
    type,
    connection,
    createdAt,
    issuedAt,
    revokedAt,
    labels,
  } = session;
  return (
    <dl className={styles['facts']}>
      <dt>User</dt>
      <dd>
        <Link to="/users/$id" params={{ id: user.id }}>
          {user.externalId ?? 'erased user'}
        </Link>
      </dd>
      <dt>Application</dt>
      <dd>
        <Link to="/sessions" search={{ applicationId: application.id }}>
          {application.name}
        </Link>
      </dd>
      <dt>Type</dt>
      <dd>{sessionTypeLabels[type]}</dd>
      <dt>Connection</dt>
      <dd>{connectionLabels[connection]}</dd>
      <dt>Created</dt>
      <dd>
        <RelativeTime at={createdAt} exact />
      </dd>
      {issuedAt !== null && (
        <>
          <dt>Issued</dt>
          <dd>
            <RelativeTime at={issuedAt} exact />
          </dd>
        </>
      )}
      {revokedAt !== null && (
        <>
          <dt>Revoked</dt>
          <dd>
            <RelativeTime at={revokedAt} exact />
          </dd>
        </>
      )}
      {labels.map(({ key, value }) => (
        <Fact key={key} name={`Label ${key}`} value={value} />
      ))}
      <dt>Id</dt>
      <dd>
        <code className={styles['long']}>{id}</code>
        <CopyButton text={id} label="Copy session id" />
      </dd>
      {upstreamSessionId !== null && (
        <>
          <dt>Provider’s id</dt>
          <dd>
            <code className={styles['long']}>{upstreamSessionId}</code>
            <CopyButton text={upstreamSessionId} label="Copy provider’s id" />
          </dd>
        </>
      )}
    </dl>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}
