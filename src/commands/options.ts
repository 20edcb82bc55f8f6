import { InvalidArgumentError } from 'commander';
import { type Scope, scopes } from '../authorization/actor.ts';
import { parseInstant } from '../platform/validation/instant.ts';
import { type UsageDimension, usageDimensions } from '../usage/usage-query.ts';

export function parseScopes(list: string): Scope[] {
  if (list === 'all') return [...scopes];
  const names = list.split(',').map((name) => name.trim());
  const known = scopes.filter((scope) => names.includes(scope));
  if (known.length !== new Set(names).size) throw new InvalidArgumentError('It names an unknown scope.');
  return known;
}

/** A time that is the same in every shell: with Z or an offset, or the beginning of a day in UTC. To the millisecond. */
export function parseTime(text: string): Date {
  const instant = parseInstant(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text);
  if (typeof instant === 'string') throw new InvalidArgumentError(`It ${instant}.`);
  return instant.date;
}

export function parseFutureTime(text: string): Date {
  const time = parseTime(text);
  // The database's clock decides. This check refuses most wrong times before anything is created.
  if (time.getTime() <= Date.now()) throw new InvalidArgumentError('It must be in the future.');
  return time;
}

export function parseDimensions(list: string): UsageDimension[] {
  const names = list.split(',').map((name) => name.trim().toUpperCase());
  const known = usageDimensions.filter((dimension) => names.includes(dimension));
  if (known.length !== new Set(names).size)
    throw new InvalidArgumentError(
      `It must be of ${usageDimensions.join(', ').toLowerCase()}, comma-separated.`,
    );
  return known;
}
