/** What a frame reader tells of what came. Nothing is told after `failed` or `closed`. */
export type FrameHandlers = {
  /**
   * Whether a message is wanted whole, judged by its first bytes: `HEAD_BYTES` of them, or all if it has fewer. The others
   * are dropped as they come, whatever their size.
   */
  readonly isWanted: (head: Buffer) => boolean;
  readonly message: (message: Buffer) => void;
  readonly ping: (payload: Buffer) => void;
  /** @param code 1005 when the peer gave none */
  readonly closed: (code: number) => void;
  /** The peer does not keep to RFC 6455 (1002), or a message that is wanted is too large (1009). */
  readonly failed: (code: number) => void;
};

export const HEAD_BYTES = 256;

type Header = {
  readonly opcode: number;
  readonly isFinal: boolean;
  readonly headerBytes: number;
  readonly payloadBytes: number;
};

type Message = {
  parts: Buffer[];
  bytes: number;
  /** Null: not enough of it came to judge. */
  wanted: boolean | null;
};

const CONTINUATION = 0x0;
const BINARY = 0x2;
const CLOSE = 0x8;
const PING = 0x9;
const PONG = 0xa;
const MAX_CONTROL_BYTES = 125;
const NO_BYTES = Buffer.alloc(0);

/**
 * Reads the frames that a WebSocket server sends, without extensions, in chunks as they come. A message of which nobody
 * wants more than the first bytes takes no memory, so that conversations can go by unread.
 */
export function createFrameReader(
  handlers: FrameHandlers,
  { maxMessageBytes }: { readonly maxMessageBytes: number },
): (chunk: Buffer) => void {
  // A header, or a control frame, of which not everything came.
  let held: Buffer = NO_BYTES;
  // Of the data frame that is coming.
  let remaining = 0;
  let isFinal = true;
  // Of the message that it is a part of; null between messages.
  let message: Message | null = null;
  let done = false;

  const fail = (code: number) => {
    done = true;
    handlers.failed(code);
  };

  function takeData(bytes: Buffer) {
    remaining -= bytes.length;
    if (message === null) return;
    message.bytes += bytes.length;
    if (message.wanted !== false) message.parts.push(bytes);
    const isWhole = isFinal && remaining === 0;
    if (isWhole || message.bytes >= HEAD_BYTES) judge(message);
    if (message.wanted !== false && message.bytes > maxMessageBytes) return fail(1009);
    if (isWhole) finish(message);
  }

  function judge(judged: Message) {
    if (judged.wanted !== null) return;
    judged.wanted = handlers.isWanted(Buffer.concat(judged.parts).subarray(0, HEAD_BYTES));
    if (!judged.wanted) judged.parts = [];
  }

  function finish({ parts, wanted }: Message) {
    message = null;
    if (wanted) handlers.message(parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts));
  }

  function takeControl({ opcode, isFinal, payloadBytes }: Header, payload: Buffer) {
    if (!isFinal || payloadBytes > MAX_CONTROL_BYTES) return fail(1002);
    if (opcode === PING) handlers.ping(payload);
    else if (opcode === CLOSE) {
      done = true;
      handlers.closed(payload.length >= 2 ? payload.readUInt16BE(0) : 1005);
    } else if (opcode !== PONG) fail(1002);
  }

  function begin(header: Header) {
    const continues = header.opcode === CONTINUATION;
    if (header.opcode > BINARY || continues !== (message !== null)) return fail(1002);
    message ??= { parts: [], bytes: 0, wanted: null };
    remaining = header.payloadBytes;
    isFinal = header.isFinal;
    if (remaining === 0) takeData(NO_BYTES);
  }

  /** Takes the next part of what came, and returns what follows it; null when there is not enough to go on. */
  function step(bytes: Buffer): Buffer | null {
    if (remaining > 0) {
      const data = bytes.subarray(0, remaining);
      takeData(data);
      return bytes.subarray(data.length);
    }
    const header = readHeader(bytes);
    if (header === null) return null;
    if (header === 'malformed') {
      fail(1002);
      return null;
    }
    const { opcode, headerBytes, payloadBytes } = header;
    if (opcode < CLOSE) {
      begin(header);
      return bytes.subarray(headerBytes);
    }
    const end = headerBytes + Math.min(payloadBytes, MAX_CONTROL_BYTES);
    if (bytes.length < end) return null;
    takeControl(header, bytes.subarray(headerBytes, end));
    return bytes.subarray(end);
  }

  return (chunk) => {
    let rest = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    held = NO_BYTES;
    while (!done && rest.length > 0) {
      const next = step(rest);
      if (next === null) {
        // A copy: the chunk may be a small part of a large buffer, and more may not come for long.
        held = Buffer.from(rest);
        return;
      }
      rest = next;
    }
  };
}

/** Null when not all of it came. A server masks nothing, and without extensions the reserved bits are zero. */
function readHeader(bytes: Buffer): Header | 'malformed' | null {
  const [first, second] = bytes;
  if (first === undefined || second === undefined) return null;
  if ((first & 0x70) !== 0 || (second & 0x80) !== 0) return 'malformed';
  const frame = { opcode: first & 0x0f, isFinal: (first & 0x80) !== 0 };
  const length = second & 0x7f;
  if (length < 126) return { ...frame, headerBytes: 2, payloadBytes: length };
  if (length === 126)
    return bytes.length < 4 ? null : { ...frame, headerBytes: 4, payloadBytes: bytes.readUInt16BE(2) };
  if (bytes.length < 10) return null;
  const payloadBytes = Number(bytes.readBigUInt64BE(2));
  return Number.isSafeInteger(payloadBytes) ? { ...frame, headerBytes: 10, payloadBytes } : 'malformed';
}
