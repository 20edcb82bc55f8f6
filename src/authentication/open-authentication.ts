import type pg from 'pg';
import type { Logger } from 'pino';
import type { Config } from '../platform/config/config.ts';
import type { Metrics } from '../platform/process/metrics.ts';
import { repeat } from '../platform/process/repeat.ts';
import type { Secret } from '../platform/redaction/secret.ts';
import { createApiKeys } from './api-key-cache.ts';
import { type Authenticate, createAuthenticate } from './authenticate.ts';
import { findValidKeys, noteKeysUsed } from './find-valid-keys.db.ts';
import { createKeySet, type KeySet } from './key-set.ts';
import { createTokens, type Tokens } from './tokens.ts';

type Parts = {
  readonly config: Config;
  readonly log: Logger;
  readonly pool: pg.Pool;
  readonly rootKey: Secret;
  readonly metrics: Metrics;
};

// A revoked key is refused within one second; each key is looked up three times in it.
const REFRESH_KEYS_MS = 300;
const NOTE_USED_MS = 10_000;
const REFRESH_KEY_SET_MS = 300_000;

/** Opens the check of credentials, with the periodic work that keeps its caches up to date. */
export function openAuthentication({ config, log, pool, rootKey, metrics }: Parts): {
  authenticate: Authenticate;
  close(): Promise<void>;
} {
  const monotonicNow = () => performance.now();
  const apiKeys = createApiKeys({
    findValid: (ids) => findValidKeys(pool, ids),
    noteUsed: (ids) => noteKeysUsed(pool, ids),
    monotonicNow,
  });
  const failed = (job: string) => (err: unknown) => log.warn({ err, job }, 'periodic work failed');
  const stops = [
    repeat(REFRESH_KEYS_MS, () => apiKeys.refresh(), failed('refresh-api-keys')),
    repeat(NOTE_USED_MS, () => apiKeys.flushUsed(), failed('note-api-keys-used')),
  ];
  const provider = openIdentityProvider(config, monotonicNow);
  if (provider !== null) {
    const stop = repeat(
      REFRESH_KEY_SET_MS,
      async () => void (await provider.refresh()),
      failed('refresh-key-set'),
    );
    // Not awaited: a provider that is away must not keep the gateway from starting. The first token would fetch it too.
    void provider.refresh().catch(failed('refresh-key-set'));
    stops.push(stop);
  }
  return {
    authenticate: createAuthenticate({
      rootKey,
      apiKeys,
      tokens: provider?.tokens ?? null,
      onRefused: (reason) => metrics.credentialsRefused.inc({ reason }),
    }),
    async close() {
      await Promise.all(stops.map((stop) => stop()));
      await provider?.close();
      await apiKeys.flushUsed().catch(failed('note-api-keys-used'));
    },
  };
}

function openIdentityProvider(
  { identityProvider, proxies }: Pick<Config, 'identityProvider' | 'proxies'>,
  monotonicNow: () => number,
): (Pick<KeySet, 'refresh' | 'close'> & { tokens: Tokens }) | null {
  if (identityProvider === null) return null;
  const { jwksUrl: url, cooldownMs, ...rules } = identityProvider;
  const keySet = createKeySet({ url, cooldownMs, proxies, monotonicNow, onFetched: () => tokens.forget() });
  const tokens = createTokens({ ...rules, keySet });
  return { tokens, refresh: keySet.refresh, close: keySet.close };
}
