import type { Finding } from './finding.ts';

const MAX_LINES = 1000;

/**
 * Describes findings in words, one line each. The same problem of consecutive sequences or batches becomes one line.
 * @param say called with each line, at most MAX_LINES times, and once more with the number of further lines
 * @returns `add` takes the findings in order; `end` says the last one and returns how many lines there were
 */
export function describeFindings(say: (line: string) => void) {
  let pending: Finding | null = null;
  let lines = 0;
  const flush = () => {
    if (pending === null) return;
    lines += 1;
    if (lines <= MAX_LINES) say(textOf(pending));
    pending = null;
  };
  return {
    add(finding: Finding): void {
      if (pending !== null && continues(pending, finding)) {
        pending = { ...pending, to: finding.to, eventId: null };
        return;
      }
      flush();
      pending = finding;
    },
    end(): number {
      flush();
      if (lines > MAX_LINES) say(`… and ${lines - MAX_LINES} more.`);
      return lines;
    },
  };
}

function continues(earlier: Finding, finding: Finding): boolean {
  return (
    earlier.kind === finding.kind &&
    earlier.kind !== 'event' &&
    earlier.problem === finding.problem &&
    earlier.to + 1 === finding.from
  );
}

function textOf({ kind, from, to, eventId, problem }: Finding): string {
  if (kind === 'event') return `event ${eventId} ${problem}`;
  const where = from === to ? `${kind} ${from}` : `each ${kind} from ${from} to ${to}`;
  return `${where}${eventId === null ? '' : ` (event ${eventId})`} ${problem}`;
}
