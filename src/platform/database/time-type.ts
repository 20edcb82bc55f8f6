import pg from 'pg';

const TIMESTAMPTZ = 1184;
const readAnyTime: (text: string) => unknown = pg.types.getTypeParser(TIMESTAMPTZ);

/** node-postgres' parsers, except for times: its own uses a regular expression, and a page has hundreds of times. */
export const types: pg.CustomTypesConfig = {
  getTypeParser: (id, format) =>
    id === TIMESTAMPTZ && format !== 'binary' ? readTime : pg.types.getTypeParser(id, format),
};

// The last day that was parsed. Most times of a page are of the same day, and its date is the larger part of the work.
let day = '';
let dayBegins = Number.NaN;

/** Parses "2026-11-22 07:21:00.123456+00", to the millisecond; other forms are left to node-postgres. */
function readTime(text: string): unknown {
  if (text.length < 22 || text.charCodeAt(10) !== SPACE || !text.endsWith('+00')) return readAnyTime(text);
  if (!text.startsWith(day) || day === '') {
    day = text.slice(0, 10);
    dayBegins = Date.parse(`${day}T00:00:00Z`);
  }
  const seconds = digits(text, 11) * 3600 + digits(text, 14) * 60 + digits(text, 17);
  return new Date(dayBegins + seconds * 1000 + milliseconds(text));
}

const SPACE = 32;
const ZERO = 48;
const NINE = 57;

function digits(text: string, at: number): number {
  return (text.charCodeAt(at) - ZERO) * 10 + text.charCodeAt(at + 1) - ZERO;
}

/** The fraction of a second. PostgreSQL leaves out zeros at its end. */
function milliseconds(text: string): number {
  let value = 0;
  let weight = 100;
  for (let at = 20; weight >= 1; at += 1, weight /= 10) {
    const code = text.charCodeAt(at);
    if (!(code >= ZERO && code <= NINE)) break;
    value += (code - ZERO) * weight;
  }
  return value;
}
