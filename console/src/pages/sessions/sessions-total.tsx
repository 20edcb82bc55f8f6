import type { ApiQuery } from '../../api/use-api-query.ts';
import type { SessionsCountQuery } from '../../gql/graphql.ts';
import { formatCount } from '../../ui/count.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import styles from './sessions.module.css';

/** As far as is counted. */
const COUNTED = 1_000;

type Props = {
  readonly count: ApiQuery<SessionsCountQuery>;
  /** How many rows came in since. */
  readonly added: number;
};

/** How many sessions match: a number, "1,000+", or that counting took too long. */
export function SessionsTotal({ count, added }: Props) {
  return (
    <span className={styles['count']} aria-live="polite">
      {count.loading ? <Skeleton width="7em" /> : textOf(count.data?.realtimeSessions.totalCount, added)}
    </span>
  );
}

function textOf(total: number | null | undefined, added: number): string {
  if (total === undefined) return 'Not counted';
  if (total === null) return 'Not counted: it took too long';
  if (total > COUNTED) return `${formatCount(COUNTED)}+ sessions`;
  const text = formatCount(total, 'session');
  return added === 0 ? text : `${text}, and ${formatCount(added)} since`;
}
