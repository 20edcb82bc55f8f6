import { GraphQLError } from 'graphql';
import type { Json } from '../platform/validation/json.ts';
import { depthWithin } from '../platform/validation/text.ts';
import { builder } from './builder.ts';
import { formatTime } from './format-time.ts';

// A Date ends at milliseconds. What was given beyond them, for the few fields that honour it.
const microseconds = new WeakMap<Date, number>();

/** A time that was given, in milliseconds since 1970, to the microsecond. */
export function millisecondsOf(time: Date): number {
  return time.getTime() + (microseconds.get(time) ?? 0) / 1000;
}

// Messages never repeat what was given: it may be a secret.

builder.scalarType('DateTime', {
  description: 'RFC 3339 instant, always UTC, e.g. "2026-11-22T07:21:00.000Z".',
  serialize: formatTime,
  parseValue: (value) => {
    const instant =
      typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) ? new Date(value) : null;
    if (instant === null || Number.isNaN(instant.getTime()))
      throw new GraphQLError('must be an RFC 3339 instant in UTC');
    const [, beyond] = /\.\d{3}(\d{1,3})/.exec(String(value)) ?? [];
    if (beyond !== undefined) microseconds.set(instant, Number(beyond.padEnd(3, '0')));
    return instant;
  },
});

builder.scalarType('JSON', {
  description:
    'Any JSON value, nested at most 32 deep. Never contains a secret: credentials are replaced before storage.',
  serialize: (value) => value,
  parseValue: (value) => {
    if (!isJson(value)) throw new GraphQLError('must be a JSON value, nested at most 32 deep');
    return value;
  },
});

builder.scalarType('SafeInt', {
  description:
    'A whole number that JSON and JavaScript hold exactly: up to 2^53 - 1, which Int is too small for.',
  serialize: (value) => value,
  parseValue: (value) => {
    if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
    throw new GraphQLError('must be a whole number from -(2^53 - 1) to 2^53 - 1');
  },
});

builder.scalarType('TokenLimit', {
  description: 'A positive integer, or the string "inf".',
  serialize: (value) => value,
  parseValue: (value) => {
    if (value === 'inf') return value;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value;
    throw new GraphQLError('must be a positive integer or "inf"');
  },
});

// What reaches parseValue was parsed from JSON or from a GraphQL literal, so only its depth is in question.
function isJson(value: unknown): value is Json {
  return value !== undefined && depthWithin(value, 32);
}

builder.scalarType('Decimal', {
  description: 'An exact decimal number of US dollars, as a string: "0.004213".',
  serialize: (value) => value,
  parseValue: (value) => {
    // What range a field takes, the field says, by its name.
    if (typeof value === 'string' && /^-?\d{1,64}(\.\d{1,64})?$/.test(value)) return value;
    throw new GraphQLError('must be a decimal number as a string');
  },
});
