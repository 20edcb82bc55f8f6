const EXECUTE = 'E'.charCodeAt(0);
const SIMPLE_QUERY = 'Q'.charCodeAt(0);

/**
 * Reads what a client sends to PostgreSQL on one connection and calls back for each statement it has
 * executed. Only the framing is read: a type byte (not in the first message) and a length.
 */
export function statementCounter(onStatement: () => void): (chunk: Buffer) => void {
  let pending = Buffer.alloc(0);
  let started = false;
  return (chunk) => {
    pending = Buffer.concat([pending, chunk]);
    for (;;) {
      const header = started ? 1 : 0;
      if (pending.length < header + 4) return;
      const end = header + pending.readInt32BE(header);
      if (pending.length < end) return;
      if (started && (pending[0] === EXECUTE || pending[0] === SIMPLE_QUERY)) onStatement();
      started = true;
      pending = pending.subarray(end);
    }
  };
}
