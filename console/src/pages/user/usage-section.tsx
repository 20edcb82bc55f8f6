import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { serverNow } from '../../api/server-clock.ts';
import { useApiQuery } from '../../api/use-api-query.ts';
import { graphql } from '../../gql/index.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { useTimeZone, useZone } from '../../ui/preferences.ts';
import { daysOf, formatMonth, monthOf, nameMonth, shiftMonth } from './month.ts';
import { Section } from './section.tsx';
import { UsageBars } from './usage-bars.tsx';
import styles from './usage-section.module.css';
import { UsageTable } from './usage-table.tsx';
import { useReloadOn } from './use-user-changes.ts';

const USER_USAGE = graphql(/* GraphQL */ `
  query UserUsage($id: ID!, $from: DateTime!, $to: DateTime!, $timeZone: String!) {
    user(id: $id) {
      id
      usage(from: $from, to: $to, timeZone: $timeZone, groupBy: [DAY]) {
        totals {
          ...UserUsageTotals
        }
        rows(first: 31) {
          nodes {
            ...UserUsageDay
          }
        }
      }
    }
  }
`);

const route = getRouteApi('/users/$id');

/** What the user used on each day of a month, in the time zone of the shell. */
export function UsageSection({ id, changes }: { readonly id: string; readonly changes: number }) {
  const [zone] = useZone();
  const timeZone = useTimeZone();
  const navigate = useNavigate({ from: '/users/$id' });
  const month = monthOf(route.useSearch().month, serverNow(), zone);
  const days = daysOf(month, zone);
  const [from = new Date(), to = from] = [days[0], days.at(-1)];
  const { data, error, stale, reload } = useApiQuery(USER_USAGE, {
    id,
    from: from.toISOString(),
    to: to.toISOString(),
    timeZone,
  });
  useReloadOn(changes, reload);

  function go(by: number) {
    const next = formatMonth(shiftMonth(month, by));
    void navigate({ search: (search) => ({ ...search, month: next }), resetScroll: false });
  }

  const usage = data?.user?.usage;
  return (
    <Section
      title={`Usage by day, ${nameMonth(month)}`}
      aside={
        <>
          <span className={styles['zone']}>{timeZone}</span>
          <Link to="/usage" search={{ user: id }}>
            More in Usage
          </Link>
          <Button size="small" onClick={() => go(-1)}>
            Previous month
          </Button>
          <Button size="small" disabled={to.getTime() > serverNow()} onClick={() => go(1)}>
            Next month
          </Button>
        </>
      }
    >
      {error !== undefined ? (
        <ErrorNote error={error} onRetry={reload} />
      ) : usage !== undefined && usage.rows.nodes.length === 0 ? (
        <EmptyState title={`Nothing was used in ${nameMonth(month)}.`}>
          Usage appears once an application or the user's client reports it with reportUsage.
        </EmptyState>
      ) : (
        <>
          <UsageBars days={days.slice(0, -1)} rows={usage?.rows.nodes ?? []} />
          <UsageTable rows={usage?.rows.nodes ?? null} totals={usage?.totals ?? null} stale={stale} />
        </>
      )}
    </Section>
  );
}
