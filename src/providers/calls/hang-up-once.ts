import type { Dispatcher } from 'undici';
import type { HangUpOutcome } from '../../calls/call-provider.ts';
import { exchangeOnce } from '../exchange-once.ts';

// Nobody reads it.
const MAX_ANSWER_BYTES = 16_384;

export type HangingUp = {
  readonly agent: Dispatcher;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
};

/** Ends a call with one key: one attempt. A call that is not known has ended. */
export async function hangUpOnce({ agent, url, headers, ...bounds }: HangingUp): Promise<HangUpOutcome> {
  const exchange = await exchangeOnce(
    agent,
    { url, method: 'POST', headers: { ...headers, 'user-agent': 'gatehouse' }, body: null },
    { ...bounds, maxBodyBytes: MAX_ANSWER_BYTES },
  );
  if (exchange.kind !== 'answered') return { kind: 'failed', upstreamStatus: null };
  const { status } = exchange;
  const isEnded = (status >= 200 && status < 300) || status === 404 || status === 410;
  return isEnded ? { kind: 'ended' } : { kind: 'failed', upstreamStatus: status };
}
