import type pg from 'pg';

// The answers to the settings, which the caller's statement must not get for its own. It does get an error.
const ANSWERS = new Set(['parseComplete', 'bindComplete', 'dataRow', 'commandComplete']);
const LAST_ANSWER = 'commandComplete';

/**
 * Has every transaction of a connection begin with a statement that sets what holds for the rest of it. A pooler in
 * transaction mode gives each transaction another connection to the server, so that nothing set before is sure to hold. The
 * statement is sent in one message with the transaction's first one, and costs no round trip.
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

  // Both statements are one transaction: a Sync ends it, not an Execute.
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
