/** The time zones that a PostgreSQL server has: which of them are there depends on its system. */
export type ServerTimeZones = {
  /** The server's name of the time zone that somebody names; null when it is no IANA name, or the server lacks it. */
  readonly find: (name: string) => string | null;
};

// ICU knows these too. They are no IANA names, and people mean something else by some of them: BST is Bangladesh's.
const THREE_LETTERS = /^[a-z]{3}$/i;
const IANA_OF_THREE_LETTERS = /^(UTC|UCT|GMT|CET|EET|MET|WET|EST|MST|HST|PRC|ROC|ROK)$/i;
const OTHER_SYSTEM = /^(SystemV|posix|right)\//i;

/**
 * The name under which Intl sums up all aliases of an IANA time zone, in any letter case: "America/Los_Angeles" for
 * "us/pacific". Null when Intl knows no such IANA name.
 */
export function canonicalTimeZone(name: string): string | null {
  if (!isIanaName(name)) return null;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return null;
  }
}

function isIanaName(name: string): boolean {
  if (THREE_LETTERS.test(name)) return IANA_OF_THREE_LETTERS.test(name);
  return /^[a-z]/i.test(name) && !OTHER_SYSTEM.test(name);
}

/**
 * Finds time zones among the names that a server has. The canonical name comes first, because PostgreSQL takes some
 * aliases (CET, WET) for abbreviations, which have no summer time. Then any other name of the same zone: a server may
 * have Asia/Kolkata and not Asia/Calcutta, or the other way around. A name that Intl does not know is looked for as it is.
 */
export function serverTimeZones(names: readonly string[]): ServerTimeZones {
  const exact = new Set(names);
  // Made when first needed: asking Intl takes a quarter of a millisecond for each name.
  let byZone: ReadonlyMap<string, string> | null = null;
  return {
    find(name) {
      const zone = canonicalTimeZone(name);
      if (zone === null) return isIanaName(name) ? findIgnoringCase(names, name) : null;
      if (exact.has(zone)) return zone;
      byZone ??= byCanonicalName(names);
      return byZone.get(zone) ?? null;
    },
  };
}

function byCanonicalName(names: readonly string[]): ReadonlyMap<string, string> {
  const canonical = new Set(Intl.supportedValuesOf('timeZone'));
  const aliases = names.filter((name) => !canonical.has(name));
  return new Map(aliases.map((alias) => [canonicalTimeZone(alias) ?? alias, alias]));
}

function findIgnoringCase(names: readonly string[], name: string): string | null {
  const wanted = name.toLowerCase();
  return names.find((one) => one.toLowerCase() === wanted) ?? null;
}
