import { redactText } from '../redaction/redact-text.ts';
import { describeError } from './log-fields.ts';

type Chunk = string | Uint8Array;
type Done = (error?: Error | null) => void;

/**
 * The last filter: replaces what looks like a credential in anything written to stdout or stderr. Calls `onRedaction`
 * for each chunk that was changed, because then something before the filter has failed.
 *
 * It works on chunks, so it misses a credential that is written in two pieces. It wraps the two streams of JavaScript, so
 * it misses fs.writeSync(1), child processes with inherited output, and what Node prints natively. Node prints crashes
 * natively unless installCrashHandlers is installed as well.
 */
export function installOutputFilter({ onRedaction }: { readonly onRedaction: () => void }): void {
  writeToStdout ??= process.stdout.write.bind(process.stdout);
  filterWrites(process.stdout, onRedaction);
  filterWrites(process.stderr, onRedaction);
  nameWarnings();
}

let writeToStdout: ((text: string) => boolean) | null = null;

/** Writes to stdout what has been redacted already, past the filter. */
export function writeRedacted(text: string): void {
  if (writeToStdout === null) process.stdout.write(text);
  else writeToStdout(text);
}

function filterWrites(stream: NodeJS.WriteStream, onRedaction: () => void): void {
  const write = stream.write.bind(stream);
  stream.write = (chunk: Chunk, encodingOrDone?: BufferEncoding | Done, done?: Done): boolean => {
    const encoding = typeof encodingOrDone === 'string' ? encodingOrDone : undefined;
    const whenDone = typeof encodingOrDone === 'function' ? encodingOrDone : done;
    const text = textOf(chunk, encoding);
    const redacted = redactText(text);
    // An unchanged chunk is written as it came, because bytes that are not UTF-8 would not survive the conversion.
    if (redacted === text) return write(chunk, encoding, whenDone);
    onRedaction();
    return write(redacted, undefined, whenDone);
  };
}

function textOf(chunk: Chunk, encoding: BufferEncoding | undefined): string {
  if (ArrayBuffer.isView(chunk))
    return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString();
  // Anything else is refused by the stream itself.
  if (typeof chunk !== 'string') return '';
  return encoding === 'hex' || encoding === 'base64' || encoding === 'base64url'
    ? Buffer.from(chunk, encoding).toString()
    : chunk;
}

/** Prints warnings by name and code only: Node's own handler prints the message, which may quote values. */
function nameWarnings(): void {
  // There is no listener when warnings are silenced by --no-warnings.
  if (process.listenerCount('warning') === 0) return;
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    const { type, code } = describeError(warning);
    process.stderr.write(`Warning: ${code === undefined ? type : `${type} ${code}`}\n`);
  });
}
