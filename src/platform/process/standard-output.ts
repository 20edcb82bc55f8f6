import { symbols } from 'pino';
import { isRedacted } from './log-fields.ts';
import { writeRedacted } from './output-filter.ts';

// A write costs more than making a line. What is not urgent waits this long for others.
const GATHER_MS = 10;
const WARN = 40;

let waiting = '';
let isWaitingRedacted = true;
let timer: NodeJS.Timeout | null = null;
let isUrgent = false;

/**
 * Gathers the lines of the logger. Those below "warn" wait for some milliseconds at most, others for the end of the turn of the
 * event loop, and everything is written when the process exits. What pino tells of a line is set before it writes the line.
 */
export const standardOutput = {
  [symbols.needsMetadataGsym]: true as const,
  lastLevel: WARN,
  lastObj: null as unknown,

  write(line: string): void {
    const isLineRedacted = isRedacted(this.lastObj);
    if (isLineRedacted !== isWaitingRedacted) flush();
    isWaitingRedacted = isLineRedacted;
    waiting += line;
    if (this.lastLevel < WARN) {
      timer ??= setTimeout(flush, GATHER_MS).unref();
    } else if (!isUrgent) {
      isUrgent = true;
      setImmediate(flush);
    }
  },
};

process.on('exit', flush);

function flush(): void {
  if (timer !== null) clearTimeout(timer);
  timer = null;
  isUrgent = false;
  if (waiting === '') return;
  const lines = waiting;
  waiting = '';
  if (isWaitingRedacted) writeRedacted(lines);
  // Looked up at each call, because the filter may be installed later.
  else process.stdout.write(lines);
}
