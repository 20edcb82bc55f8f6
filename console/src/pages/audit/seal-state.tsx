import type { ReactNode } from 'react';
import { useApiQuery } from '../../api/use-api-query.ts';
import { useViewer, type Viewer } from '../../auth/viewer.ts';
import { graphql } from '../../gql/index.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { classes } from '../../ui/classes.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Count } from '../../ui/count.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import styles from './seal-state.module.css';

const SEAL = graphql(/* GraphQL */ `
  query AuditSeal {
    gateway {
      trail {
        sealedEvents
        unsealedEvents
        lastSealedAt
        lastHead
      }
    }
  }
`);

/** More than a second's worth that waits means that no gateway seals. */
const MANY = 1000;

/** How far the trail is sealed: up to which number, since when, and what waits. */
export function SealState() {
  const allowed = mayAskGateway(useViewer());
  const { data, error, stale, reload } = useApiQuery(SEAL, {}, { pause: !allowed });
  if (!allowed)
    return (
      <p className={classes(styles['note'], styles['alone'])}>
        The state of the seal is shown to operators and to API keys with the reach <code>EVERYTHING</code>.
      </p>
    );
  if (error !== undefined && data === undefined)
    return (
      <div className={styles['alone']}>
        <ErrorNote error={error} onRetry={reload} />
      </div>
    );
  const trail = data?.gateway.trail;
  return (
    <section className={styles['seal']} aria-label="Seal of the trail">
      <dl className={styles['facts']}>
        <Fact name="Sealed up to number">{trail && <Count value={trail.sealedEvents} />}</Fact>
        <Fact name="Waiting for a seal">
          {trail && (
            <>
              <Count value={trail.unsealedEvents} one="event" />{' '}
              {trail.unsealedEvents >= MANY && <Badge tone="bad">sealing is behind</Badge>}
            </>
          )}
        </Fact>
        <Fact name="Last sealed">
          {trail && (trail.lastSealedAt === null ? 'never' : <RelativeTime at={trail.lastSealedAt} />)}
        </Fact>
        <Fact name="Last head">{trail && <Head head={trail.lastHead} />}</Fact>
      </dl>
      <Button size="small" busy={stale} onClick={reload}>
        Check again
      </Button>
      <p className={styles['note']}>
        A sealed event cannot be changed or removed unseen. <code>gatehouse audit verify</code> proves it. The
        last head stands for all events before it: compare it with the log or the heads file.
      </p>
    </section>
  );
}

/** So much of it that two can be told apart at a glance; all of it can be copied. */
function Head({ head }: { readonly head: string | null }) {
  if (head === null) return 'none yet';
  return (
    <span className={styles['head']}>
      <code title={head}>{head.slice(0, 12)}…</code>
      <CopyButton text={head} label="Copy the last head" />
    </span>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className={styles['fact']}>
      <dt>{name}</dt>
      <dd>{children ?? <Skeleton width="5em" />}</dd>
    </div>
  );
}

function mayAskGateway({ kind, reach, scopes }: Viewer): boolean {
  return kind === 'OPERATOR' || (kind === 'APPLICATION' && reach === 'EVERYTHING' && scopes.length > 0);
}
