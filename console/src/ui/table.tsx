import { type ReactNode, useMemo } from 'react';
import { classes } from './classes.ts';
import { Skeleton } from './skeleton.tsx';
import styles from './table.module.css';

export type Column<Row> = {
  readonly id: string;
  readonly header: ReactNode;
  /** Of nothing but the row: what else it shows has to make other columns. */
  readonly cell: (row: Row) => ReactNode;
  /** `end` for numbers. */
  readonly align?: 'start' | 'end';
  /** Its cells name their rows. */
  readonly rowHeader?: boolean;
};

/**
 * Rows under heads. It scrolls sideways where it has no room, and keeps its place while it loads.
 * @param rows null while they are not there yet
 * @param empty shown instead of no rows
 */
export function Table<Row>({
  label,
  columns,
  rows,
  rowKey,
  isMarked,
  stale = false,
  skeletonRows = 8,
  empty,
  footer,
}: {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[] | null;
  readonly rowKey: (row: Row) => string;
  /** Rows that have just come, or that something is about. */
  readonly isMarked?: (row: Row) => boolean;
  readonly stale?: boolean;
  readonly skeletonRows?: number;
  readonly empty?: ReactNode;
  /** Rows of totals. */
  readonly footer?: ReactNode;
}) {
  if (rows !== null && rows.length === 0 && empty !== undefined) return empty;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section className={styles['scroll']} aria-label={label} aria-busy={rows === null} tabIndex={0}>
      <table className={styles['table']} data-stale={stale ? '' : undefined}>
        <thead>
          <tr>
            {columns.map(({ id, header, align }) => (
              <th key={id} scope="col" className={classes(align === 'end' && styles['end'])}>
                {header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows === null ? (
            <SkeletonRows count={skeletonRows} columns={columns.length} />
          ) : (
            rows.map((row) => (
              <TableRow key={rowKey(row)} row={row} columns={columns} marked={isMarked?.(row) ?? false} />
            ))
          )}
        </tbody>
        {footer !== undefined && <tfoot>{footer}</tfoot>}
      </table>
    </section>
  );
}

/** A row is drawn again only when it has changed, or the columns have: tables are long. */
function TableRow<Row>({
  row,
  columns,
  marked,
}: {
  readonly row: Row;
  readonly columns: readonly Column<Row>[];
  readonly marked: boolean;
}) {
  return useMemo(
    () => (
      <tr data-marked={marked ? '' : undefined}>
        {columns.map(({ id, cell, align, rowHeader }) => {
          const className = classes(align === 'end' && styles['end']);
          return rowHeader ? (
            <th key={id} scope="row" className={className}>
              {cell(row)}
            </th>
          ) : (
            <td key={id} className={className}>
              {cell(row)}
            </td>
          );
        })}
      </tr>
    ),
    [row, columns, marked],
  );
}

function SkeletonRows({ count, columns }: { readonly count: number; readonly columns: number }) {
  return Array.from({ length: count }, (_row, row) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same
    <tr key={row}>
      {Array.from({ length: columns }, (_cell, cell) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same
        <td key={cell}>
          <Skeleton width={`${4 + ((row + cell * 3) % 5)}em`} />
        </td>
      ))}
    </tr>
  ));
}
