import { useApiQuery } from '../../api/use-api-query.ts';
import type { AuditEventFilter } from '../../gql/graphql.ts';
import { graphql } from '../../gql/index.ts';
import { formatCount } from '../../ui/count.tsx';
import styles from './match-count.module.css';

const COUNT = graphql(/* GraphQL */ `
  query AuditCount($filter: AuditEventFilter, $upTo: Int!) {
    auditEvents(filter: $filter, first: 1) {
      totalCount(upTo: $upTo)
    }
  }
`);

const MOST = 10_000;

/** How many events match. It is asked for by itself, because the page is there sooner. */
export function MatchCount({ filter }: { readonly filter: AuditEventFilter | null }) {
  const { data, error, loading } = useApiQuery(COUNT, { filter, upTo: MOST + 1 });
  return (
    <span className={styles['count']} aria-live="polite">
      {loading
        ? 'Counting…'
        : error === undefined
          ? inWords(data?.auditEvents.totalCount ?? null)
          : inWords(null)}
    </span>
  );
}

function inWords(count: number | null): string {
  if (count === null) return 'Too many to count in time';
  return count > MOST ? `More than ${formatCount(MOST, 'event')}` : formatCount(count, 'event');
}
