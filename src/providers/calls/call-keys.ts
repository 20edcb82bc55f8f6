import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Secret } from '../../platform/redaction/secret.ts';

/** A provider's credential. Its id tells it from others, on every gateway alike, and is stored with the calls that it opened. */
export type CallKey = { readonly id: string; readonly secret: Secret };

export type CallKeys = {
  /** The one that opens calls now. */
  current(): Promise<CallKey>;
  /** Those that may end a call, the best first: the one that opened it, if this gateway still has it, and the current one. */
  candidates(keyId: string): Promise<readonly CallKey[]>;
};

// Tokens last an hour or so: calls that are longer than that many tokens do not exist.
const MAX_KEPT = 16;

/**
 * The keys of one provider. A key that was replaced stays in memory for as long as a call that it opened may last, and is
 * written nowhere.
 * @param previous a key that opened calls before this process began
 */
export function createCallKeys(
  read: () => Secret | Promise<Secret>,
  longestCallSeconds: number,
  previous?: Secret,
): CallKeys {
  const before = previous === undefined ? null : { id: idOfKey(previous), secret: previous };
  const kept = new LRUCache<string, CallKey>({ max: MAX_KEPT, ttl: 1000 * longestCallSeconds });
  const current = async () => {
    const secret = await read();
    const key = { id: idOfKey(secret), secret };
    kept.set(key.id, key);
    return key;
  };
  return {
    current,
    async candidates(keyId) {
      const opener = kept.get(keyId) ?? (before?.id === keyId ? before : undefined);
      const successor = await current();
      return opener === undefined || opener.id === successor.id ? [successor] : [opener, successor];
    },
  };
}

/** A part of a hash: keys are random, so nothing of them can be found out by it. */
function idOfKey(secret: Secret): string {
  const hash = createHash('sha256').update(`call key:${secret.forUpstream()}`);
  return `key_${hash.digest('hex').slice(0, 16)}`;
}
