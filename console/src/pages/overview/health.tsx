import { Link } from '@tanstack/react-router';
import { Badge } from '../../ui/badge.tsx';
import { formatCount } from '../../ui/count.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { useNow } from '../../ui/use-now.ts';
import type { OverviewHealth } from './health-document.ts';
import styles from './lists.module.css';

/** An event waits less than a second to be sealed. */
const LATE_MS = 10_000;
/** The API counts no further. */
const MAX_UNSEALED = 10_000;

/** The providers, and how far the audit trail is sealed, as the gateway sees it that answers. */
export function Health({ health }: { readonly health: OverviewHealth | undefined }) {
  return (
    <section className={styles['card']} aria-labelledby="health">
      <h2 id="health">Gateway</h2>
      {health === undefined ? (
        <p className={styles['empty']}>
          <Skeleton width="14em" />
        </p>
      ) : (
        <Facts health={health} />
      )}
    </section>
  );
}

function Facts({ health: { providers, trail, version, startedAt } }: { readonly health: OverviewHealth }) {
  return (
    <>
      <ul className={styles['rows']} aria-label="Providers">
        {providers.map(({ name, isDefault, isSandbox, circuitOpen }) => (
          <li key={name}>
            <b>{name}</b>
            <span className={styles['badges']}>
              {isDefault && <Badge>Default</Badge>}
              {isSandbox && <Badge tone="warning">Sandbox</Badge>}
              {circuitOpen ? (
                <Badge tone="bad">Circuit open: it kept failing and is not asked</Badge>
              ) : (
                <Badge tone="good">Circuit closed: it is asked</Badge>
              )}
            </span>
          </li>
        ))}
      </ul>
      <dl className={styles['facts']}>
        <dt>Audit trail</dt>
        <dd>
          <Seal trail={trail} />
        </dd>
        <dt>Sealed</dt>
        <dd>
          {formatCount(trail.sealedEvents, 'event')}
          {trail.lastSealedAt != null && (
            <>
              , last <RelativeTime at={trail.lastSealedAt} />
            </>
          )}
        </dd>
        <dt>Version</dt>
        <dd>
          {version}, started <RelativeTime at={startedAt} />
        </dd>
      </dl>
    </>
  );
}

function Seal({ trail: { unsealedEvents, lastSealedAt } }: { readonly trail: OverviewHealth['trail'] }) {
  const now = useNow(1000);
  if (unsealedEvents === 0) return <Badge tone="good">All events are sealed</Badge>;
  const isLate = lastSealedAt == null || now - Date.parse(lastSealedAt) > LATE_MS;
  const count = unsealedEvents >= MAX_UNSEALED ? 'Over 10,000 events' : formatCount(unsealedEvents, 'event');
  const waiting = `${count} ${unsealedEvents === 1 ? 'waits' : 'wait'} to be sealed`;
  if (!isLate) return <Badge tone="info">{waiting}</Badge>;
  return (
    <>
      <Badge tone="bad">{waiting}: sealing is late</Badge> <Link to="/audit">Look at the trail</Link>
    </>
  );
}
