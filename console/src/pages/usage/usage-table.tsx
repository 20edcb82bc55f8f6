import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Amount } from '../../ui/amount.tsx';
import { Count } from '../../ui/count.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { type AmountColumn, amountColumns } from './columns.ts';
import { startFormat } from './format-start.ts';
import {
  type Amounts,
  groupNames,
  groupValue,
  keyOf,
  type Row,
  unpricedModels,
  withoutValue,
} from './row.ts';
import type { Group, UnitName } from './search.ts';
import styles from './usage-table.module.css';
import type { Report } from './use-report.ts';

type Props = {
  /** Null while there is none. */
  readonly report: Report | null;
  readonly stale: boolean;
  readonly withDetail: boolean;
};

const unitNames: Readonly<Record<UnitName, string>> = { hour: 'Hour', day: 'Day', month: 'Month', none: '' };
const seconds = new Intl.NumberFormat('en', { maximumFractionDigits: 3 });

/** The rows that are loaded, with every number as the API says it. */
export function UsageTable({ report, stale, withDetail }: Props) {
  const amounts = amountColumns(withDetail);
  const columns = report === null ? amounts.map(amountColumn) : columnsOf(report, amounts);
  return (
    <Table
      label="Usage"
      columns={columns}
      rows={report === null ? null : report.rows}
      rowKey={(row) => `${row.start ?? ''} ${report === null ? '' : keyOf(report.request.groups, row)}`}
      stale={stale}
      footer={report === null ? undefined : <Footer report={report} amounts={amounts} />}
    />
  );
}

function columnsOf(
  { request: { unit, groups, period } }: Report,
  amounts: readonly AmountColumn[],
): readonly Column<Row>[] {
  const format = startFormat(unit, period.zone);
  const time: readonly Column<Row>[] =
    unit === 'none'
      ? []
      : [
          {
            id: 'start',
            header: unitNames[unit],
            rowHeader: true,
            cell: ({ start }) =>
              start == null ? '' : <time dateTime={start}>{format(Date.parse(start)).name}</time>,
          },
        ];
  return [
    ...time,
    ...groups.map(
      (group, index): Column<Row> => ({
        id: group,
        header: groupNames[group],
        rowHeader: time.length + index === 0,
        cell: (row) => <GroupCell group={group} row={row} />,
      }),
    ),
    {
      id: 'sessions',
      header: 'Sessions',
      align: 'end',
      cell: ({ sessionsIssued }) => <Count value={sessionsIssued} />,
    },
    ...amounts.map(amountColumn),
    { id: 'unpriced', header: 'No price for', cell: ({ totals }) => unpricedModels(totals) },
  ];
}

function amountColumn(column: AmountColumn): Column<Row> {
  return {
    id: column.heading,
    header: column.name,
    align: 'end',
    cell: ({ totals }) => <AmountCell column={column} totals={totals} />,
  };
}

function AmountCell({
  column: { kind, read },
  totals,
}: {
  column: AmountColumn;
  totals: Amounts;
}): ReactNode {
  const value = read(totals);
  switch (kind) {
    case 'count':
      return <Count value={Number(value)} />;
    case 'seconds':
      return `${seconds.format(Number(value))} s`;
    case 'cost':
    case 'amount':
      return <Amount usd={value === null ? null : String(value)} />;
    default:
      return kind satisfies never;
  }
}

function GroupCell({ group, row }: { group: Group; row: Row }): ReactNode {
  const value = groupValue(group, row);
  const text = value ?? <span className={styles['without']}>{withoutValue[group]}</span>;
  if (group === 'user' && row.user != null)
    return (
      <Link to="/users/$id" params={{ id: row.user.id }}>
        {text}
      </Link>
    );
  return text;
}

/** The totals of the API, which are of all rows. It has none of sessions. */
function Footer({ report, amounts }: { report: Report; amounts: readonly AmountColumn[] }) {
  const { unit, groups } = report.request;
  const before = groups.length + (unit === 'none' ? 0 : 1);
  return (
    <tr>
      {before > 0 && (
        <th scope="row" colSpan={before}>
          All rows
        </th>
      )}
      <td />
      {amounts.map((column) => (
        <td key={column.heading} className={styles['end']}>
          <AmountCell column={column} totals={report.totals} />
        </td>
      ))}
      <td>{unpricedModels(report.totals)}</td>
    </tr>
  );
}
