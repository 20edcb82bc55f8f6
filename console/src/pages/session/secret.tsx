import type { SessionSummaryFragment } from '../../gql/graphql.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Expiry } from '../sessions/expiry.tsx';
import styles from './session.module.css';

type Props = {
  readonly session: SessionSummaryFragment;
  /** When the session was answered, by the browser's clock. */
  readonly answeredAt: number;
};

/** What is known of the client secret. Its value is not: it was returned once and is not stored. */
export function Secret({ session, answeredAt }: Props) {
  const { clientSecret, status, connection, exposedUntil } = session;
  if (clientSecret === null && exposedUntil === null) return null;
  return (
    <dl className={styles['facts']}>
      {clientSecret !== null && (
        <>
          <dt>Client secret</dt>
          <dd>
            <code>{clientSecret.redacted}</code>
          </dd>
          <dt>
            {clientSecret.isExpired
              ? 'Expired'
              : status === 'ACTIVE' || connection === 'BROKERED'
                ? 'Expires in'
                : 'Still accepted for'}
          </dt>
          <dd>
            {clientSecret.isExpired ? (
              <RelativeTime at={clientSecret.expiresAt} />
            ) : (
              <Expiry
                expiresAt={clientSecret.expiresAt}
                expiresInSeconds={clientSecret.expiresInSeconds}
                answeredAt={answeredAt}
              />
            )}
          </dd>
        </>
      )}
      {exposedUntil !== null && (
        <>
          <dt>Exposed until</dt>
          <dd>
            <RelativeTime at={exposedUntil} exact />
          </dd>
        </>
      )}
      {clientSecret !== null && (
        <>
          <dt>Fingerprint</dt>
          <dd>
            <code className={styles['long']}>{clientSecret.fingerprint}</code>
            <CopyButton text={clientSecret.fingerprint} label="Copy fingerprint" />
          </dd>
        </>
      )}
    </dl>
  );
}
