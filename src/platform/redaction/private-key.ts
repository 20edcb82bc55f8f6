import { REDACTED } from './redacted.ts';

const BEGIN = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;

// Between lines: a line break, or what became of it in JSON, or in a variable of one line.
const BREAK = String.raw`(?:\s|\\{1,4}[nrt]){0,8}`;
const HEADERS = new RegExp(
  String.raw`(?:${BREAK}(?:Proc-Type|DEK-Info|Version|Comment|Charset|Hash): [^\n\\]{1,80}){0,4}`,
  'y',
);
// Lines of PEM have 64 characters, those of OpenSSH 70; only the last one is shorter. Words are not that long.
const LINES = new RegExp(`(?:${BREAK}[A-Za-z0-9+/=]{40,16384}){0,400}`, 'y');
const LAST_LINE = `${BREAK}[A-Za-z0-9+/=]{0,39}`;
const END = new RegExp(
  `${LAST_LINE}(?:${BREAK}=[A-Za-z0-9+/]{4})?${BREAK}-----END [A-Z0-9 ]{0,60}-----`,
  'y',
);
const CUT_OFF = new RegExp(`${LAST_LINE}(?=["']|$)`, 'y');

/** RSA with 16,384 bits takes 12,800 characters. */
const LONGEST = 16_384;

/**
 * Replaces private keys in PEM: markers with base64 between them. Of one whose end is missing, the lines that are base64;
 * what merely stands behind a marker stays.
 */
export function redactPrivateKeys(text: string): string {
  if (!text.includes('-----BEGIN')) return text;
  let result = '';
  let done = 0;
  for (const begin of text.matchAll(BEGIN)) {
    if (begin.index < done) continue;
    const end = endOfKey(text, begin.index + begin[0].length);
    if (end === null) continue;
    result += text.slice(done, begin.index) + REDACTED;
    done = end;
  }
  return result + text.slice(done);
}

/** Where the key whose first marker ends at `start` ends; null when no key follows. */
function endOfKey(text: string, start: number): number | null {
  const rest = text.slice(start, start + LONGEST);
  const lines = matchEnd(HEADERS, rest, 0) ?? 0;
  const short = matchEnd(LINES, rest, lines) ?? lines;
  const marked = matchEnd(END, rest, short);
  if (marked !== null) return start + marked;
  if (short === lines) return null;
  return start + (matchEnd(CUT_OFF, rest, short) ?? short);
}

function matchEnd(sticky: RegExp, text: string, index: number): number | null {
  sticky.lastIndex = index;
  return sticky.test(text) ? sticky.lastIndex : null;
}
