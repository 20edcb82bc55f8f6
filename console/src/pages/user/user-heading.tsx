import type { ReactNode } from 'react';
import type { UserHeadingFragment } from '../../gql/graphql.ts';
import { graphql } from '../../gql/index.ts';
import { Badge } from '../../ui/badge.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { formatCount } from '../../ui/count.tsx';
import { Countdown } from '../../ui/countdown.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import styles from './user-heading.module.css';

export const USER_HEADING = graphql(/* GraphQL */ `
  fragment UserHeading on User {
    id
    externalId
    createdAt
    suspendedAt
    erasedAt
    lastSessionAt
    nextExpiryAt
    activeSessionCount
  }
`);

/** What the user is now, and since when. @param isLive false: what happens now is not shown */
export function UserHeading({
  user,
  isLive,
}: {
  readonly user: UserHeadingFragment;
  readonly isLive: boolean;
}) {
  return (
    <dl className={styles['facts']}>
      <Fact name="State">
        <State user={user} />
      </Fact>
      <Fact name="Live">
        {formatCount(user.activeSessionCount, 'session')}
        {user.nextExpiryAt !== null && (
          <>
            , next expires in <Countdown to={user.nextExpiryAt} />
          </>
        )}
        {!isLive && ' · Not live: reconnecting …'}
      </Fact>
      <Fact name="Newest session">
        {user.lastSessionAt === null ? 'none yet' : <RelativeTime at={user.lastSessionAt} />}
      </Fact>
      <Fact name="First named">
        <RelativeTime at={user.createdAt} />
      </Fact>
      <Fact name="Id">
        <span className={styles['copy']}>
          <CopyButton text={user.id} label="Copy the id of the user" />
        </span>
      </Fact>
    </dl>
  );
}

function State({ user: { suspendedAt, erasedAt } }: { readonly user: UserHeadingFragment }) {
  if (erasedAt !== null) {
    return (
      <>
        <Badge>Erased</Badge> <RelativeTime at={erasedAt} />
      </>
    );
  }
  if (suspendedAt === null) return <Badge tone="good">Not suspended</Badge>;
  return (
    <>
      <Badge tone="bad">Suspended</Badge> <RelativeTime at={suspendedAt} />
    </>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
