import { InvalidArgumentError } from 'commander';
import { type Scope, scopes } from '../authorization/actor.ts';
import { type UsageDimension, usageDimensions } from '../usage/usage-query.ts';

export function parseScopes(list: string): Scope[] {
  if (list === 'all') return [...scopes];
  const names = list.split(',').map((name) => name.trim());
  const known = scopes.filter((scope) => names.includes(scope));
  if (known.length !== new Set(names).size) throw new InvalidArgumentError('It names an unknown scope.');
  return known;
}

export function parseAnyInstant(text: string): string {
  const instant = new Date(text);
  if (Number.isNaN(instant.getTime())) throw new InvalidArgumentError('It must be an RFC 3339 instant.');
  return instant.toISOString();
}

export function parseInstant(text: string): Date {
  const instant = new Date(parseAnyInstant(text));
  // The ledger's own clock decides; this is for saying so before anything is made.
  if (instant.getTime() <= Date.now()) throw new InvalidArgumentError('It must be in the future.');
  return instant;
}

/** An instant that is the same for every shell: with Z or an offset, or a whole day of UTC. */
export function parseExactInstant(text: string): Date {
  if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/.test(text))
    throw new InvalidArgumentError('It must be an RFC 3339 instant, e.g. 2026-10-01T00:00:00+02:00.');
  return new Date(parseAnyInstant(text));
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
