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
    for (let end = endOfMessage(pending, started); end !== null; end = endOfMessage(pending, started)) {
      if (started && (pending[0] === EXECUTE || pending[0] === SIMPLE_QUERY)) onStatement();
      started = true;
      pending = pending.subarray(end);
    }
  };
}

/** Where the first message ends, or null while it has not arrived whole. */
function endOfMessage(bytes: Buffer, typed: boolean): number | null {
  const header = typed ? 1 : 0;
  if (bytes.length < header + 4) return null;
  const end = header + bytes.readInt32BE(header);
  return bytes.length < end ? null : end;
}
