import { Link } from '@tanstack/react-router';
import type { TimelineEventFragment } from '../../gql/graphql.ts';
import { graphql } from '../../gql/index.ts';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { describeEvent } from './describe-event.ts';
import styles from './timeline.module.css';

export const TIMELINE_EVENT = graphql(/* GraphQL */ `
  fragment TimelineEvent on AuditEvent {
    id
    at
    action
    outcome
    detail
    requestId
    actor {
      kind
      name
      user {
        id
      }
    }
  }
`);

const ACTORS = {
  APPLICATION: 'the application',
  USER: 'the user',
  OPERATOR: 'the operator',
  SYSTEM: 'Gatehouse',
} as const satisfies Record<TimelineEventFragment['actor']['kind'], string>;

export function TimelineItem({ event }: { readonly event: TimelineEventFragment }) {
  const { title, detail } = describeEvent(event.action, event.detail);
  const { kind, name, user } = event.actor;
  return (
    <li className={styles['item']} data-outcome={event.outcome}>
      <div className={styles['head']}>
        <strong>{title}</strong>
        <RelativeTime at={event.at} />
      </div>
      {detail !== null && <div className={styles['detail']}>{detail}</div>}
      <div className={styles['by']}>
        by {ACTORS[kind]}
        {kind !== 'SYSTEM' &&
          (user === null ? (
            ` “${name}”`
          ) : (
            <>
              {' '}
              <Link to="/users/$id" params={{ id: user.id }}>
                {name}
              </Link>
            </>
          ))}
        {event.requestId !== null && (
          <>
            {' '}
            · request <code>{event.requestId}</code>
          </>
        )}
      </div>
    </li>
  );
}
