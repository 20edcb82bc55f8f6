import { apiKeyIdOf, sameHash, type ValidApiKey } from '../applications/api-key.ts';
import type { Actor } from '../authorization/actor.ts';

export type ApiKeysOptions = {
  /** Finds which of these keys are valid now. @throws UnavailableError */
  readonly findValid: (ids: readonly string[]) => Promise<readonly ValidApiKey[]>;
  readonly noteUsed: (ids: readonly string[]) => Promise<void>;
  /** Milliseconds of a clock that only goes forward. */
  readonly monotonicNow: () => number;
};

export type ApiKeys = ReturnType<typeof createApiKeys>;

type Entry = {
  readonly id: string;
  readonly actor: Actor;
  /** Until when the last look-up may be trusted, by monotonicNow. */
  trustedUntil: number;
  expiresAt: number;
  usedAt: number;
  noted: boolean;
};

// A revoked key must be refused within one second, on every replica. A look-up is therefore trusted for less than a
// second from the moment it was sent, and all keys in use are looked up again in time, in one statement.
const TRUSTED_MS = 900;
const FORGOTTEN_AFTER_MS = 15 * 60_000;

/**
 * A cache of the API keys in use: a request with one of them costs no look-up. `refresh` must run about three times a
 * second. While the database is away no key is trusted for longer than a second (fail closed).
 */
export function createApiKeys({ findValid, noteUsed, monotonicNow }: ApiKeysOptions) {
  const entries = new Map<string, Entry>();

  return {
    /** The actor of a key, while its last look-up may be trusted; null otherwise. */
    findCached(keyHash: string): Actor | null {
      const entry = entries.get(keyHash);
      if (entry === undefined) return null;
      const now = monotonicNow();
      if (now >= entry.trustedUntil || now >= entry.expiresAt) return null;
      entry.usedAt = now;
      entry.noted = false;
      return entry.actor;
    },

    /** Looks a key up; null when it is not valid. @throws UnavailableError when the database cannot be asked */
    async verify(credential: string, keyHash: string): Promise<Actor | null> {
      const id = apiKeyIdOf(credential);
      if (id === null) return null;
      const askedAt = monotonicNow();
      const [key] = await findValid([id]);
      if (key === undefined || !sameHash(key.keyHash, keyHash)) return null;
      const entry = entryOf(key, askedAt);
      entries.set(keyHash, entry);
      return entry.actor;
    },

    /** Looks up all keys in use, and forgets those that are not valid or not used any more. */
    async refresh(): Promise<void> {
      for (const [keyHash, { usedAt }] of entries) {
        if (usedAt < monotonicNow() - FORGOTTEN_AFTER_MS) entries.delete(keyHash);
      }
      if (entries.size === 0) return;
      const askedAt = monotonicNow();
      const asked = [...entries];
      const valid = new Map(
        (await findValid(asked.map(([, { id }]) => id))).map((key) => [key.keyHash, key]),
      );
      for (const [keyHash, entry] of asked) {
        const key = valid.get(keyHash);
        if (key === undefined) {
          entries.delete(keyHash);
        } else {
          entry.trustedUntil = askedAt + TRUSTED_MS;
          entry.expiresAt = askedAt + (key.expiresInMs ?? Number.POSITIVE_INFINITY);
        }
      }
    },

    /** Records which keys were used since the last call. */
    async flushUsed(): Promise<void> {
      const used = [...entries.values()].filter(({ noted }) => !noted);
      if (used.length === 0) return;
      for (const entry of used) entry.noted = true;
      await noteUsed(used.map(({ id }) => id));
    },
  };

  function entryOf(key: ValidApiKey, askedAt: number): Entry {
    const { id, applicationId, applicationName, scopes, reach, expiresInMs } = key;
    return {
      id,
      actor: { kind: 'application', name: applicationName, applicationId, apiKeyId: id, scopes, reach },
      trustedUntil: askedAt + TRUSTED_MS,
      expiresAt: askedAt + (expiresInMs ?? Number.POSITIVE_INFINITY),
      usedAt: askedAt,
      noted: false,
    };
  }
}
