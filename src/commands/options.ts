import { InvalidArgumentError, Option } from 'commander';
import { parseReason as parseAuditReason } from '../audit/parse-reason.ts';
import { type Scope, scopes } from '../authorization/actor.ts';
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
