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

/** Reads "2026-11-22 07:21:00.123456+00", to the millisecond; in other forms as node-postgres does. */
function readTime(text: string): unknown {
  if (text.length < 22 || text.charCodeAt(4) !== DASH || !text.endsWith('+00')) return readAnyTime(text);
  const fraction = text.charCodeAt(19) === POINT ? text.slice(20, -3).padEnd(3, '0') : '000';
  return new Date(
    Date.UTC(
      number(text, 0, 4),
      number(text, 5, 2) - 1,
      number(text, 8, 2),
      number(text, 11, 2),
      number(text, 14, 2),
      number(text, 17, 2),
      number(fraction, 0, 3),
    ),
  );
}

const DASH = 45;
const POINT = 46;
const ZERO = 48;

function number(text: string, from: number, digits: number): number {
  let value = 0;
  for (let index = from; index < from + digits; index += 1)
    value = value * 10 + text.charCodeAt(index) - ZERO;
  return value;
}
