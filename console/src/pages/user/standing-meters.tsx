import type { UserStandingFragment } from '../../gql/graphql.ts';
import { formatUsd } from '../../ui/amount.tsx';
import { Meter } from '../../ui/meter.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { type CountedSessions, freesUpAt, nextReleaseAt, type Quota, type QuotaName } from './frees-up.ts';
import type { Standing } from './policy-consequences.ts';
import styles from './standing-meters.module.css';
import { useReloadAt } from './use-user-changes.ts';

const labels: { readonly [K in QuotaName]: string } = {
  ACTIVE_SESSIONS: 'Sessions at a time',
  MINTS_PER_MINUTE: 'New in 60 seconds',
  MINTS_PER_DAY: 'New in 24 hours',
};

/** How much of each quota and of the budget is used, and when that changes. */
export function StandingMeters({
  user,
  standing: { counted },
  onReload,
}: {
  readonly user: UserStandingFragment;
  readonly standing: Standing;
  readonly onReload: () => void;
}) {
  const releases = user.quotas.map((quota) => nextReleaseAt(quota, counted));
  const known = releases.filter((at) => typeof at === 'number');
  useReloadAt(known.length === 0 ? null : Math.min(...known), onReload);

  return (
    <ul className={styles['meters']}>
      {user.quotas.map((quota) => (
        <li key={quota.quota}>
          <Meter
            label={labels[quota.quota]}
            part={quota.limit === 0 ? 1 : quota.used / quota.limit}
            value={`${quota.used.toLocaleString('en')} of ${quota.limit.toLocaleString('en')}`}
            note={<FreesUp quota={quota} counted={counted} />}
          />
        </li>
      ))}
      <li>
        <Budget budget={user.budget} usedUsd={user.month?.totals.costKnownUsd} />
      </li>
    </ul>
  );
}

function Budget({
  budget,
  usedUsd,
}: {
  readonly budget: UserStandingFragment['budget'];
  readonly usedUsd: string | undefined;
}) {
  const label = 'Budget of the month';
  if (budget === undefined) return <Meter label={label} part={0} value="needs the scope USAGE_READ" />;
  if (budget === null) {
    const value = usedUsd === undefined ? 'no budget' : `${formatUsd(usedUsd)}, no budget`;
    return <Meter label={label} part={0} value={value} />;
  }
  const limit = Number(budget.limitUsd);
  return (
    <Meter
      label={label}
      part={limit === 0 ? 1 : Number(budget.usedUsd) / limit}
      value={`${formatUsd(budget.usedUsd)} of ${formatUsd(budget.limitUsd)}`}
      note={
        <>
          Resets <RelativeTime at={budget.resetsAt} />, with the month (UTC).
        </>
      }
    />
  );
}

function FreesUp({ quota, counted }: { readonly quota: Quota; readonly counted: CountedSessions | null }) {
  if (quota.limit === 0) return 'A limit of 0 allows no new session.';
  if (quota.used === 0) return 'Nothing counts now.';
  const full = quota.used >= quota.limit;
  const at = full ? freesUpAt(quota, counted) : nextReleaseAt(quota, counted);
  if (at == null) return full ? `No new session now. ${whyUnknown(counted)}` : null;
  return (
    <>
      {full ? 'No new session now; the next can be issued' : 'One frees up'}{' '}
      <RelativeTime at={new Date(at).toISOString()} />
    </>
  );
}

function whyUnknown(counted: CountedSessions | null): string {
  return counted === null
    ? 'Seeing until when needs the scope SESSIONS_READ.'
    : 'Until when depends on sessions that are not settled, or that you may not see.';
}
