import type { UserUsageDayFragment, UserUsageTotalsFragment } from '../../gql/graphql.ts';
import { type FragmentType, graphql, readFragment } from '../../gql/index.ts';
import { Amount } from '../../ui/amount.tsx';
import { Count } from '../../ui/count.tsx';
import { formatDay } from '../../ui/format-time.ts';
import { useZone } from '../../ui/preferences.ts';
import { type Column, Table } from '../../ui/table.tsx';
import styles from './usage-table.module.css';

export const USAGE_TOTALS = graphql(/* GraphQL */ `
  fragment UserUsageTotals on UsageTotals {
    reported
    responses
    totalTokens
    costUsd
    costKnownUsd
    costUnknownFor
  }
`);

export const USAGE_DAY = graphql(/* GraphQL */ `
  fragment UserUsageDay on UsageRow {
    start
    sessionsIssued
    totals {
      ...UserUsageTotals
    }
  }
`);

/** The exact numbers of each day on which something was used or issued. */
export function UsageTable({
  rows,
  totals: totalsReference,
  stale,
}: {
  readonly rows: readonly FragmentType<typeof USAGE_DAY>[] | null;
  readonly totals: FragmentType<typeof USAGE_TOTALS> | null;
  readonly stale: boolean;
}) {
  const [zone] = useZone();
  const days = rows === null ? null : readFragment(USAGE_DAY, rows);
  const totals = readFragment(USAGE_TOTALS, totalsReference);
  const day: Column<UserUsageDayFragment> = {
    id: 'day',
    header: 'Day',
    rowHeader: true,
    cell: ({ start }) => (start === null ? '' : formatDay(Date.parse(start), zone)),
  };
  return (
    <Table
      label="Usage by day"
      columns={[day, ...numbers]}
      rows={days}
      rowKey={({ start }) => start ?? ''}
      stale={stale}
      skeletonRows={3}
      footer={
        totals !== null && (
          <tr className={styles['totals']}>
            <th scope="row">Month</th>
            <td>
              <Count value={days?.reduce((sum, { sessionsIssued }) => sum + sessionsIssued, 0)} />
            </td>
            <TotalCells totals={totals} />
          </tr>
        )
      }
    />
  );
}

function TotalCells({ totals }: { readonly totals: UserUsageTotalsFragment }) {
  return (
    <>
      <td>
        <Count value={totals.responses} />
      </td>
      <td>
        <Count value={totals.totalTokens} />
      </td>
      <td>
        <Cost totals={totals} />
      </td>
    </>
  );
}

function Cost({ totals }: { readonly totals: UserUsageTotalsFragment }) {
  if (!totals.reported) return 'nothing reported';
  if (totals.costUsd !== null) return <Amount usd={totals.costUsd} />;
  return (
    <>
      <Amount usd={null} />, at least <Amount usd={totals.costKnownUsd} />
      <div className={styles['unknown']}>no price for {totals.costUnknownFor.join(', ')}</div>
    </>
  );
}

const numbers: readonly Column<UserUsageDayFragment>[] = [
  {
    id: 'sessions',
    header: 'Sessions issued',
    align: 'end',
    cell: ({ sessionsIssued }) => <Count value={sessionsIssued} />,
  },
  {
    id: 'responses',
    header: 'Responses',
    align: 'end',
    cell: ({ totals }) => <Count value={readFragment(USAGE_TOTALS, totals).responses} />,
  },
  {
    id: 'tokens',
    header: 'Tokens',
    align: 'end',
    cell: ({ totals }) => <Count value={readFragment(USAGE_TOTALS, totals).totalTokens} />,
  },
  {
    id: 'cost',
    header: 'Cost (USD)',
    align: 'end',
    cell: ({ totals }) => <Cost totals={readFragment(USAGE_TOTALS, totals)} />,
  },
];
