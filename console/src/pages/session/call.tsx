import type { SessionSummaryFragment, SessionUsageFragment } from '../../gql/graphql.ts';
import { Amount } from '../../ui/amount.tsx';
import { Countdown } from '../../ui/countdown.tsx';
import { Elapsed } from '../../ui/elapsed.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { CallBadge } from '../calls/call-badge.tsx';
import { HangUp } from '../calls/hang-up.tsx';
import { END_WORDS } from '../calls/words.ts';
import styles from './session.module.css';

type Props = {
  readonly session: SessionSummaryFragment;
  readonly call: NonNullable<SessionSummaryFragment['call']>;
  /** Of the session, which is that of its one call. Nullish: the caller may not see it. */
  readonly usage: SessionUsageFragment['usage'] | undefined;
  /** Reads the session again. */
  readonly onChanged: () => void;
};

/** The call of a BROKERED session: how long it has run, until when it may, what it cost so far, and why it ended. */
export function Call({ session, call, usage, onChanged }: Props) {
  const { status, createdAt, connectedAt, deadlineAt, lastActivityAt, endedAt, endReason } = call;
  return (
    <>
      <dl className={styles['facts']}>
        <dt>Status</dt>
        <dd>
          <CallBadge status={status} />
        </dd>
        {connectedAt === null ? (
          <>
            <dt>Began</dt>
            <dd>
              <RelativeTime at={createdAt} exact />
            </dd>
          </>
        ) : (
          <>
            <dt>{endedAt === null ? 'Running for' : 'Lasted'}</dt>
            <dd>
              <Elapsed since={connectedAt} until={endedAt} />
            </dd>
          </>
        )}
        {endedAt !== null && (
          <>
            <dt>Ended</dt>
            <dd>
              <RelativeTime at={endedAt} exact />
            </dd>
          </>
        )}
        {endReason !== null && (
          <>
            <dt>Why</dt>
            <dd>{END_WORDS[endReason].sentence}</dd>
          </>
        )}
        {endedAt === null && deadlineAt !== null && (
          <>
            <dt>Ends in</dt>
            <dd>
              <Countdown to={deadlineAt} ended="now" />
            </dd>
          </>
        )}
        {usage != null && (
          <>
            <dt>{endedAt === null ? 'Cost so far' : 'Cost'}</dt>
            <dd>{usage.reported ? <Amount usd={usage.costUsd} /> : 'Nothing was used yet'}</dd>
          </>
        )}
        {lastActivityAt !== null && (
          <>
            <dt>Last activity</dt>
            <dd>
              <RelativeTime at={lastActivityAt} />
            </dd>
          </>
        )}
      </dl>
      {status === 'UNCERTAIN' && (
        <p className={styles['muted']}>
          The provider did not answer in time, so nobody knows whether there is a call. It counts for the
          user’s quota until it must have ended.
        </p>
      )}
      {status === 'LIVE' && (
        <div>
          <HangUp call={call} user={session.user.externalId} onAsked={onChanged} />
        </div>
      )}
    </>
  );
}
