// How changes that arrive become rows. Rows that are shown change in place, also while the list is paused. New ones are
// put in where they belong, or wait to be shown.

/** What has to be known of a session to place it in a list. */
export type Placeable = { readonly id: string; readonly createdAt: string; readonly status: string };

export type LiveRows<Row extends Placeable> = {
  readonly rows: readonly Row[];
  /** The sessions that wait to be shown. */
  readonly waiting: readonly Row[];
  /** How many rows were put in since the list was read. */
  readonly added: number;
};

export type Change<Row extends Placeable> = {
  /** The session as it is now. */
  readonly row: Row;
  /** Whether it has just been settled, so that it is new to every list. */
  readonly isNew: boolean;
};

export type Placement = {
  /**
   * `insert`: the list is at its newest end. `hold`: the same, but paused. `elsewhere`: another page or order, where
   * new sessions do not belong.
   */
  readonly mode: 'insert' | 'hold' | 'elsewhere';
  /** Whether a session in this status is of the list. Events tell of sessions that leave it, too. */
  readonly matches: (status: string) => boolean;
  /** Whether there are older sessions after the last row. */
  readonly hasOlder: boolean;
};

/** No more rows than this are put in: a list that grows without end is no list. */
export const MOST_ADDED = 200;

export function startRows<Row extends Placeable>(rows: readonly Row[]): LiveRows<Row> {
  return { rows, waiting: [], added: 0 };
}

/** The list after some changes. */
export function applyChanges<Row extends Placeable>(
  list: LiveRows<Row>,
  changes: readonly Change<Row>[],
  placement: Placement,
): LiveRows<Row> {
  return changes.reduce((current, change) => applyChange(current, change, placement), list);
}

function applyChange<Row extends Placeable>(
  list: LiveRows<Row>,
  { row, isNew }: Change<Row>,
  { mode, matches, hasOlder }: Placement,
): LiveRows<Row> {
  if (has(list.rows, row)) return { ...list, rows: replace(list.rows, row) };
  if (!matches(row.status)) return { ...list, waiting: list.waiting.filter(({ id }) => id !== row.id) };
  if (has(list.waiting, row)) return { ...list, waiting: replace(list.waiting, row) };
  const oldest = list.rows.at(-1);
  const isOnLaterPage = hasOlder && oldest !== undefined && row.createdAt < oldest.createdAt;
  if (mode === 'elsewhere' ? !isNew : isOnLaterPage) return list;
  return mode === 'insert' && list.added < MOST_ADDED
    ? { ...list, rows: insert(list.rows, row), added: list.added + 1 }
    : { ...list, waiting: [...list.waiting, row] };
}

/** Puts the waiting sessions in. */
export function showWaiting<Row extends Placeable>(list: LiveRows<Row>): LiveRows<Row> {
  return {
    rows: list.waiting.reduce<readonly Row[]>(insert, list.rows),
    waiting: [],
    added: list.added + list.waiting.length,
  };
}

function has<Row extends Placeable>(rows: readonly Row[], row: Row): boolean {
  return rows.some(({ id }) => id === row.id);
}

function replace<Row extends Placeable>(rows: readonly Row[], row: Row): readonly Row[] {
  return rows.map((other) => (other.id === row.id ? row : other));
}

/** Newest first. Times of the API all have the same form, so they sort as text. */
function insert<Row extends Placeable>(rows: readonly Row[], row: Row): readonly Row[] {
  const index = rows.findIndex(({ createdAt }) => createdAt <= row.createdAt);
  return index === -1 ? [...rows, row] : rows.toSpliced(index, 0, row);
}
