import pg from 'pg';
import utils from 'pg/lib/utils.js';
import { interceptRows, type RowReceiver } from './intercept-rows.ts';
import type { TextRow } from './text-row.ts';
import { types } from './time-type.ts';

/** A statement that is prepared once for each connection; without a name it is planned each time, for its values. */
export type Prepared = { readonly name: string; readonly text: string };
export type Column = { readonly name: string; readonly parse: (text: string) => unknown };

/** A statement that is executed once, and what is told of it. */
export type Execution = Prepared & {
  /** As they are sent. */
  readonly parameters: (string | Buffer | null)[];
  /** @throws the error that the statement then has */
  readonly onRow: (row: TextRow, columns: readonly Column[]) => void;
  /** Once, with null when all rows have come. */
  readonly onEnd: (error: Error | null) => void;
};

/** The error of a statement that PostgreSQL did not execute, because one before it in the same batch failed. */
export const skipped = new Error('A statement before this one failed');

/** What each connection has prepared, by name, and who gets its rows. */
type Connected = { readonly prepared: Map<string, readonly Column[]>; readonly receiver: RowReceiver };

const connected = new WeakMap<pg.Connection, Connected>();

/**
 * Executes statements on one connection of a direct pool, all of them with one message to the server and one back: two
 * processes that wait for each other are woken up once for all of them. They share a transaction, so now() is the time of
 * the first. All but the last end as soon as their rows have come, so only statements that read may be executed with others.
 * When one of them fails, those after it end with `skipped`; when the connection does, with its error.
 * @param onReleased called when the connection was given back; one on which something failed is closed
 */
export function executeTogether(
  pool: pg.Pool,
  batch: readonly Execution[],
  onReleased: () => void = () => {},
): void {
  pool.connect((failure, client, release) => {
    if (client === undefined) {
      onReleased();
      for (const { onEnd } of batch) onEnd(failure ?? new Error('The pool gave no connection'));
      return;
    }
    client.query(
      submittable(batch, (error) => {
        release(error ?? undefined);
        onReleased();
      }),
    );
  });
}

/** What the client of node-postgres calls while it sends the statements and receives what they give. */
function submittable(batch: readonly Execution[], release: (error: Error | null) => void) {
  // The statement whose rows come.
  let current = 0;
  let known: Connected['prepared'];
  let receiver: RowReceiver | undefined;
  let columns: readonly Column[] | undefined;
  let unreadable: Error | null = null;
  const last = batch.length - 1;

  function end(error: Error | null): void {
    const one = batch[current];
    const failure = error ?? unreadable;
    current += 1;
    unreadable = null;
    one?.onEnd(failure);
  }

  function receive(row: TextRow): void {
    const one = batch[current];
    if (one === undefined) return;
    columns ??= known.get(ownName(one)) ?? [];
    try {
      one.onRow(row, columns);
    } catch (error) {
      unreadable = asError(error);
    }
  }

  return {
    // The client replaces it by one that clears the timer of the batch, and calls this one when the time is over.
    callback(error: Error | null): void {
      if (receiver !== undefined) receiver.onRow = null;
      release(error ?? unreadable);
      end(error);
      const isOfStatement = error instanceof pg.DatabaseError;
      while (current < batch.length) end(isOfStatement ? skipped : error);
    },
    submit(connection: pg.Connection): Error | null {
      ({ prepared: known, receiver } = connectedBy(connection));
      receiver.onRow = receive;
      const { stream } = connection;
      // One write for all messages.
      stream.cork();
      try {
        const parsed = new Set<string>();
        for (const one of batch) {
          const name = ownName(one);
          const isNew = !known.has(name) && !parsed.has(name);
          if (isNew) connection.parse({ name, text: one.text, types: [] }, true);
          connection.bind({ statement: name, values: one.parameters }, true);
          if (isNew) connection.describe({ type: 'P', name: '' }, true);
          connection.execute(null, true);
          if (name !== '') parsed.add(name);
        }
        connection.sync();
        return null;
      } catch (error) {
        return asError(error);
      } finally {
        stream.uncork();
      }
    },
    handleRowDescription({ fields }: { readonly fields: readonly pg.FieldDef[] }): void {
      columns = fields.map((field) => ({
        name: field.name,
        parse: types.getTypeParser(field.dataTypeID, 'text'),
      }));
    },
    /** Rows are received before; these come after the time was over. */
    handleDataRow(): void {},
    handleCommandComplete(): void {
      const one = batch[current];
      if (one === undefined) return;
      // Here and not when it was sent: after an error PostgreSQL prepares nothing more.
      const name = ownName(one);
      if (name !== '' && !known.has(name)) known.set(name, columns ?? []);
      columns = undefined;
      // The last one has ended when the transaction has, which may fail: a statement that is alone may be one that writes.
      if (current < last) end(null);
    },
    handleEmptyQuery(): void {},
    handleReadyForQuery(): void {
      this.callback(null);
    },
    handleError(error: Error): void {
      this.callback(error);
    },
  };
}

/** The parameters of a statement as they are sent. @throws what the conversion of a value throws */
export function parametersOf(values: readonly unknown[]): Execution['parameters'] {
  return values.map((value) => utils.prepareValue(value));
}

/** A name of our own: node-postgres keeps an account of what it has prepared itself. PostgreSQL forgets what has no name. */
function ownName({ name }: Prepared): string {
  return name === '' ? '' : `${name}/`;
}

function connectedBy(connection: pg.Connection): Connected {
  const before = connected.get(connection);
  if (before !== undefined) return before;
  const made = { prepared: new Map<string, readonly Column[]>(), receiver: interceptRows(connection.stream) };
  connected.set(connection, made);
  return made;
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error('Not an error', { cause: thrown });
}
