import { redactText } from '../redaction/redact-text.ts';
import { describeError } from './log-fields.ts';

type Chunk = string | Uint8Array;
type Done = (error?: Error | null) => void;

/**
 * The last net: what looks like a credential in anything written to stdout or stderr is replaced, and
 * each chunk that needed it is reported, because something before the net has failed then.
 *
 * It sees chunks, so a credential cut in two by its writer passes; and it sees what JavaScript writes to
 * the two streams, so fs.writeSync(1), child processes with inherited output and what Node prints natively
 * pass too. Crashes are natively printed unless installCrashHandlers is installed as well.
 */
export function installOutputFilter({ onRedaction }: { readonly onRedaction: () => void }): void {
  filterWrites(process.stdout, onRedaction);
  filterWrites(process.stderr, onRedaction);
  nameWarnings();
}

function filterWrites(stream: NodeJS.WriteStream, onRedaction: () => void): void {
  const write = stream.write.bind(stream);
  stream.write = (chunk: Chunk, encodingOrDone?: BufferEncoding | Done, done?: Done): boolean => {
    const encoding = typeof encodingOrDone === 'string' ? encodingOrDone : undefined;
    const whenDone = typeof encodingOrDone === 'function' ? encodingOrDone : done;
    const text = textOf(chunk, encoding);
    const redacted = redactText(text);
    // Untouched chunks go on as they came: bytes that are not UTF-8 would not survive the way there and back.
    if (redacted === text) return write(chunk, encoding, whenDone);
    onRedaction();
    return write(redacted, undefined, whenDone);
  };
}

function textOf(chunk: Chunk, encoding: BufferEncoding | undefined): string {
  if (ArrayBuffer.isView(chunk))
    return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString();
  // What is not text is left to the stream to refuse.
  if (typeof chunk !== 'string') return '';
  return encoding === 'hex' || encoding === 'base64' || encoding === 'base64url'
    ? Buffer.from(chunk, encoding).toString()
    : chunk;
}

/** Node prints a warning's message, which can quote anything. Name and code are enough to look it up. */
function nameWarnings(): void {
  // None: silenced by --no-warnings.
  if (process.listenerCount('warning') === 0) return;
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    const { type, code } = describeError(warning);
    process.stderr.write(`Warning: ${code === undefined ? type : `${type} ${code}`}\n`);
  });
}
