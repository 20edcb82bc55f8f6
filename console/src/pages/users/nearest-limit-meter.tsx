import { formatUsd } from '../../ui/amount.tsx';
import { Meter } from '../../ui/meter.tsx';
import { type Budget, type NearestLimit, nearestLimit, type Quota } from './nearest-limit.ts';
import styles from './nearest-limit-meter.module.css';

const labels = {
  ACTIVE_SESSIONS: 'At a time',
  MINTS_PER_MINUTE: 'In 60 seconds',
  MINTS_PER_DAY: 'In 24 hours',
  BUDGET: 'Budget',
} as const;

/** The limit of which the user has used most. */
export function NearestLimitMeter({
  quotas,
  budget,
}: {
  readonly quotas: readonly Quota[];
  readonly budget: Budget | null;
}) {
  const nearest = nearestLimit(quotas, budget);
  if (nearest === null) return null;
  return (
    <div className={styles['meter']}>
      <Meter label={labels[nearest.limit]} part={nearest.part} value={usedText(nearest, quotas, budget)} />
    </div>
  );
}

function usedText({ limit }: NearestLimit, quotas: readonly Quota[], budget: Budget | null): string {
  if (limit === 'BUDGET') {
    return budget === null ? '' : `${formatUsd(budget.usedUsd)} of ${formatUsd(budget.limitUsd)}`;
  }
  const quota = quotas.find((each) => each.quota === limit);
  return quota === undefined
    ? ''
    : `${quota.used.toLocaleString('en')} of ${quota.limit.toLocaleString('en')}`;
}
