import pg from 'pg';

const TIMESTAMPTZ = 1184;
const readAnyTime: (text: string) => unknown = pg.types.getTypeParser(TIMESTAMPTZ);

/**
 * node-postgres' readers of values, but for times: its own goes through a regular expression, and a page has a
 * hundred of them.
 */
export const types: pg.CustomTypesConfig = {
  getTypeParser: (id, format) =>
    id === TIMESTAMPTZ && format !== 'binary' ? readTime : pg.types.getTypeParser(id, format),
};

// The last day that was read: those of a page are mostly the same, and the calendar is the larger part of the work.
let day = '';
let dayBegins = Number.NaN;

/** Reads "2026-11-22 07:21:00.123456+00", to the millisecond; in other forms as node-postgres does. */
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

/** Behind the point; PostgreSQL leaves out zeros at the end. */
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
