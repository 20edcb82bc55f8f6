import type { Dispatcher } from 'undici';
import { type Exchange, exchangeOnce } from './exchange-once.ts';

// What comes is an error, or a page: nobody reads it.
const ANSWER_BYTES = 65_536;

export type Probe =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** By how many seconds the upstream's clock is ahead of ours, to the second; null when its answer has no time. */
      readonly aheadSeconds: number | null;
    }
  | Exclude<Exchange, { readonly kind: 'answered' }>;

type Upstream = { readonly agent: Dispatcher; readonly url: URL; readonly timeoutMs: number };

/**
 * Asks with GET where sessions are minted, without credentials: only a POST with the key mints. Any answer, mostly a
 * refusal, shows that name, network, proxies and TLS work; whether the key is accepted, only a mint shows. Never rejects.
 */
export async function probeUpstream({ agent, url, timeoutMs }: Upstream): Promise<Probe> {
  const askedAt = Date.now();
  const headers = { accept: 'application/json', 'user-agent': 'gatehouse' };
  const exchange = await exchangeOnce(
    agent,
    { url, method: 'GET', headers, body: null },
    { timeoutMs, maxBodyBytes: ANSWER_BYTES },
  );
  if (exchange.kind !== 'answered') return exchange;
  const date = exchange.headers['date'];
  const theirs = typeof date === 'string' ? Date.parse(date) : Number.NaN;
  return {
    kind: 'answered',
    status: exchange.status,
    aheadSeconds: Number.isNaN(theirs) ? null : secondsAhead(theirs, askedAt, Date.now()),
  };
}

/** A time to the second that was read at some moment from `earliest` to `latest`. */
function secondsAhead(theirs: number, earliest: number, latest: number): number {
  if (theirs > latest) return Math.round((theirs - latest) / 1000);
  return theirs + 1000 < earliest ? Math.round((theirs - earliest) / 1000) : 0;
}
