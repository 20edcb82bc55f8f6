import { GraphQLError } from 'graphql';
import { parseInstant } from '../platform/validation/instant.ts';
import type { Json } from '../platform/validation/json.ts';
import { depthWithin, MAX_JSON_DEPTH } from '../platform/validation/text.ts';
import { builder } from './builder.ts';
import { formatTime, writeTime } from './format-time.ts';
import { type WriteBytes, writeNumber, writerThrough, writeText } from './json-bytes.ts';

// The messages never repeat the value: it may be a secret.

builder.scalarType('DateTime', {
  description:
    'A time of RFC 3339. In answers it is always in UTC and to the millisecond, e.g. "2026-11-22T07:21:00.000Z". In arguments it may have any offset, e.g. "2026-11-22T08:21:00.123456+01:00"; it is converted to UTC, and kept to the microsecond where it is compared with times of records. A day that does not exist is refused. A leap second (second 60, at the end of a month in UTC) is the second after it.',
  serialize: formatTime,
  extensions: { writeBytes: writeTime },
  parseValue: (value) => {
    const instant = parseInstant(value);
    if (typeof instant === 'string') throw new GraphQLError(instant);
    return instant;
  },
});

builder.scalarType('JSON', {
  description: `Any JSON value, nested at most ${MAX_JSON_DEPTH} levels deep. A value that is returned never contains a secret: credentials are replaced before it is stored.`,
  serialize: (value) => value,
  // PostgreSQL's own form has spaces, and numbers that JavaScript writes otherwise.
  extensions: { writeBytes: writerThrough((text) => JSON.stringify(JSON.parse(text))) },
  parseValue: (value) => {
    if (!isJson(value)) throw new GraphQLError(`must be a JSON value, nested at most ${MAX_JSON_DEPTH} deep`);
    return value;
  },
});

builder.scalarType('SafeInt', {
  description:
    'A whole number up to 2^53 - 1, which JSON and JavaScript hold exactly. Int is too small for these numbers.',
  serialize: (value) => value,
  extensions: { writeBytes: writeNumber },
  parseValue: (value) => {
    if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
    throw new GraphQLError('must be a whole number from -(2^53 - 1) to 2^53 - 1');
  },
});

builder.scalarType('TokenLimit', {
  description: 'A positive integer, or the string "inf" for no limit.',
  serialize: (value) => value,
  extensions: { writeBytes: writeTokenLimit },
  parseValue: (value) => {
    if (value === 'inf') return value;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value;
    throw new GraphQLError('must be a positive integer or "inf"');
  },
});

// Values were parsed from JSON or from a GraphQL literal, so only their depth must be checked.
function isJson(value: unknown): value is Json {
  return value !== undefined && depthWithin(value, MAX_JSON_DEPTH);
}

builder.scalarType('Decimal', {
  description: 'An exact decimal number of US dollars, as a string, e.g. "0.004213".',
  serialize: (value) => value,
  parseValue: (value) => {
    // Each field checks its own range, so that the message can name the field.
    if (typeof value === 'string' && /^-?\d{1,64}(\.\d{1,64})?$/.test(value)) return value;
    throw new GraphQLError('must be a decimal number as a string');
  },
});

const FIRST_OF_INF = 'inf'.charCodeAt(0);

function writeTokenLimit(...[json, from, start, end]: Parameters<WriteBytes>): void {
  const write = from[start] === FIRST_OF_INF ? writeText : writeNumber;
  write(json, from, start, end);
}
