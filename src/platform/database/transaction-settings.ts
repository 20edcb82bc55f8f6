import type pg from 'pg';

// The answers to the statement that sets them, up to the one that ends it. Of an error the caller's statement is told.
const ANSWERS = new Set(['parseComplete', 'bindComplete', 'dataRow', 'commandComplete']);
const LAST_ANSWER = 'commandComplete';

/**
 * Has every transaction of a connection begin with a statement that sets what holds for the rest of it. It is sent in
 * front of the transaction's first statement, in one message with it, so that it costs no round trip: a pooler in transaction mode gives
 * each transaction another connection to the server, and no other moment is sure to meet the right one.
 * @param settings selects set_config(…, true)
 */
export function setInEachTransaction(client: pg.Client, settings: string): void {
  const { connection } = client;
  const parse = connection.parse.bind(connection);
  const bind = connection.bind.bind(connection);
  const query = connection.query.bind(connection);
  const emit = connection.emit.bind(connection);
  let isSent = false;
  let isAnswered = true;

  // A statement of its own, but in the same transaction: a Sync ends that, not an Execute.
  function sendSettings(): void {
    if (isSent || client.getTransactionStatus() !== 'I') return;
    isSent = true;
    isAnswered = false;
    parse({ name: '', text: settings, types: [] }, true);
    bind({}, true);
    connection.execute(null, true);
  }

  connection.parse = (statement, more) => {
    sendSettings();
    parse(statement, more);
  };
  connection.bind = (values, more) => {
    sendSettings();
    bind(values, more);
  };
  // What has no values is sent as text, which is a transaction of its own.
  connection.query = (text) => {
    if (client.getTransactionStatus() !== 'I') return query(text);
    connection.stream.cork();
    connection.parse({ name: '', text, types: [] }, true);
    connection.bind({}, true);
    connection.describe({ type: 'P', name: '' }, true);
    connection.execute(null, true);
    connection.sync();
    connection.stream.uncork();
  };
  connection.emit = (event, ...details) => {
    if (!isAnswered && typeof event === 'string' && ANSWERS.has(event)) {
      isAnswered = event === LAST_ANSWER;
      return true;
    }
    if (event === 'readyForQuery') isSent = false;
    if (event === 'errorMessage') isAnswered = true;
    return emit(event, ...details);
  };
}
