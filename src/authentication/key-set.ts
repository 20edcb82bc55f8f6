import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose';
import { fetch } from 'undici';
import { createHttpAgent, type Proxies } from '../platform/http-client/http-agent.ts';

export type KeySetOptions = {
  readonly url: string;
  /** Shortest time between two fetches, in milliseconds. */
  readonly cooldownMs: number;
  /** Through which it is fetched. */
  readonly proxies: Proxies;
  /** Milliseconds of a clock that only goes forward. */
  readonly monotonicNow: () => number;
  /** Called for each key set that arrived. */
  readonly onFetched: () => void;
};

export type KeySet = {
  readonly getKey: JWTVerifyGetKey;
  /** Whether a key set ever arrived. */
  readonly loaded: () => boolean;
  /** Whether a key set is being fetched, or has arrived and is not in use yet. */
  readonly reloading: () => boolean;
  /**
   * Fetches the key set again, unless it was just fetched; says whether it did. Run it every few minutes, so that
   * withdrawn keys are forgotten.
   */
  readonly refresh: () => Promise<boolean>;
  /** Closes the connections to the provider. */
  readonly close: () => Promise<void>;
};

const FETCH_TIMEOUT_MS = 5000;

class CoolingDownError extends Error {
  override readonly name = 'CoolingDownError';
}

/**
 * The identity provider's key set. The last one that was fetched is used for as long as the provider is away; jose alone
 * would stop using it after a while, and would fetch again for every unknown key id while the provider fails. Here the
 * next attempt is made `cooldownMs` after the last one at the earliest, whether that failed or not.
 */
export function createKeySet({ url, cooldownMs, proxies, monotonicNow, onFetched }: KeySetOptions): KeySet {
  const dispatcher = createHttpAgent({ proxies, timeoutMs: FETCH_TIMEOUT_MS });
  let attemptedAt = Number.NEGATIVE_INFINITY;
  const remote = createRemoteJWKSet(new URL(url), {
    cacheMaxAge: Number.POSITIVE_INFINITY,
    cooldownDuration: cooldownMs,
    timeoutDuration: FETCH_TIMEOUT_MS,
    [customFetch]: async (input, { headers, signal }) => {
      if (monotonicNow() < attemptedAt + cooldownMs) throw new CoolingDownError();
      attemptedAt = monotonicNow();
      const request = {
        headers: Object.fromEntries(headers),
        signal,
        redirect: 'error' as const,
        dispatcher,
      };
      const response = await fetch(input, request).catch((error: unknown) => {
        // What fetch says of every failure tells an operator nothing; its cause has a code.
        throw error instanceof TypeError && error.cause instanceof Error ? error.cause : error;
      });
      const body = await response.text();
      if (response.ok) onFetched();
      return new Response(body === '' ? null : body, { status: response.status });
    },
  });
  return {
    getKey: remote,
    loaded: () => remote.jwks() !== undefined,
    reloading: () => remote.reloading,
    async refresh() {
      try {
        await remote.reload();
        return true;
      } catch (error) {
        // A token with an unknown key id caused a fetch just now.
        if (!(error instanceof CoolingDownError)) throw error;
        return false;
      }
    },
    close: () => dispatcher.destroy(),
  };
}
