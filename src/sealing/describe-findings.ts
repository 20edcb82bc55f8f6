import type { Finding } from './finding.ts';

const MOST = 1000;

/**
 * Says findings in words, a line each; what goes on from one place to the next becomes one line.
 * @returns takes the findings in their order; `end` says the last, and how many lines there were
 */
export function describeFindings(say: (line: string) => void) {
  let open: Finding | null = null;
  let lines = 0;
  const flush = () => {
    if (open === null) return;
    lines += 1;
    if (lines <= MOST) say(textOf(open));
    open = null;
  };
  return {
    add(finding: Finding): void {
      if (open !== null && goesOn(open, finding)) {
        open = { ...open, to: finding.to, eventId: null };
        return;
      }
      flush();
      open = finding;
    },
    end(): number {
      flush();
      if (lines > MOST) say(`… and ${lines - MOST} more.`);
      return lines;
    },
  };
}

function goesOn(one: Finding, next: Finding): boolean {
  return (
    one.place === next.place && one.place !== 'event' && one.what === next.what && one.to + 1 === next.from
  );
}

function textOf({ place, from, to, eventId, what }: Finding): string {
  if (place === 'event') return `event ${eventId} ${what}`;
  const where = from === to ? `${place} ${from}` : `each ${place} from ${from} to ${to}`;
  return `${where}${eventId === null ? '' : ` (event ${eventId})`} ${what}`;
}
