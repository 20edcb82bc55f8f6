import { InvalidArgumentError, Option } from 'commander';
import { parseReason as parseAuditReason } from '../audit/parse-reason.ts';
import { type Scope, scopes } from '../authorization/actor.ts';
import { parseInstant } from '../platform/validation/instant.ts';
import type { Label } from '../sessions/session-config.ts';
import { type UsageDimension, usageDimensions } from '../usage/usage-query.ts';

/** Reads such a list. The option may be repeated. */
function listOf<const Name extends string>(allowed: readonly Name[]) {
  return (list: string, before: readonly Name[] = []): Name[] => {
    const names = list.split(',').map((name) => name.trim());
    const known = allowed.filter((name) => names.includes(name) || before.includes(name));
    if (!names.every((name) => allowed.some((one) => one === name)))
      throw new InvalidArgumentError(`It must be of ${allowed.join(', ')}, comma-separated.`);
    return known;
  };
}

/** An option that takes a comma-separated list out of a closed one. Help and completion know what it can be. */
export function listOption(flags: string, description: string, allowed: readonly string[]): Option {
  const option = new Option(flags, description).argParser(listOf(allowed));
  option.argChoices = [...allowed];
  return option;
}

/** Reads a comma-separated list of any texts. The option may be repeated. */
export function parseTexts(list: string, before: readonly string[] = []): string[] {
  return [...before, ...list.split(',').map((text) => text.trim())];
}

export function parseScopes(list: string): Scope[] {
  if (list === 'all') return [...scopes];
  const names = list.split(',').map((name) => name.trim());
  const known = scopes.filter((scope) => names.includes(scope));
  if (known.length !== new Set(names).size) throw new InvalidArgumentError('It names an unknown scope.');
  return known;
}

/** Reads a label, "key=value". The option may be repeated. */
export function parseLabel(text: string, before: readonly Label[] = []): Label[] {
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (key === undefined || value === undefined) throw new InvalidArgumentError('It must be key=value.');
  return [...before, { key, value }];
}

export function parseLimit(text: string): number {
  const limit = Number(text);
  if (!/^\d+$/.test(text) || limit < 1 || limit > 1_000_000)
    throw new InvalidArgumentError('It must be a whole number from 1 to 1000000.');
  return limit;
}

export function parseReason(text: string): string | null {
  const parsed = parseAuditReason(text);
  if (!parsed.ok) throw new InvalidArgumentError(`It ${parsed.issues[0]?.message ?? 'cannot be used'}.`);
  return parsed.value;
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
