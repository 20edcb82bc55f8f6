import type { Dispatcher } from 'undici';
import type {
  HangUpOutcome,
  OpenCallFailureCode,
  OpenCallOutcome,
  OpenCallRequest,
} from '../../calls/call-provider.ts';
import { classifyFailure, isSuccess } from '../classify-exchange.ts';
import { decodeBody } from '../decode-body.ts';
import { type Exchange, exchangeOnce } from '../exchange-once.ts';
import type { MintFailureCode } from '../provider.ts';
import type { CallKey } from './call-keys.ts';
import type { CallWire } from './call-wire.ts';

// An answer has one to two kilobytes.
const MAX_ANSWER_BYTES = 65_536;

type Answered = Extract<Exchange, { kind: 'answered' }>;

export type Opening = {
  readonly agent: Dispatcher;
  readonly wire: CallWire;
  readonly url: URL;
  readonly key: CallKey;
  readonly headers: Readonly<Record<string, string>>;
  readonly requestIdHeader: string;
  readonly timeoutMs: number;
  /** Ends a call that was made, and whose answer is of no use. */
  readonly hangUp: (upstreamCallId: string) => Promise<HangUpOutcome>;
};

/** Makes one attempt to open a call. Never rejects because of upstream, and passes on nothing of its prose. */
export async function offerOnce(opening: Opening, request: OpenCallRequest): Promise<OpenCallOutcome> {
  const { agent, wire, url, key, headers, requestIdHeader, timeoutMs } = opening;
  const offer = wire.writeOffer(request);
  const exchange = await exchangeOnce(
    agent,
    {
      url,
      method: 'POST',
      headers: { ...headers, ...offer.headers, 'accept-encoding': 'identity', 'user-agent': 'gatehouse' },
      body: offer.body,
    },
    { timeoutMs, maxBodyBytes: MAX_ANSWER_BYTES, signal: request.signal },
  );
  if (exchange.kind !== 'answered' || !isSuccess(exchange)) {
    const { code, upstreamStatus, retryAfterMs, ...rest } = classifyFailure(exchange, { requestIdHeader });
    const failure = { code: CODES[code], upstreamStatus, retryAfterMs };
    return 'retryable' in rest
      ? { kind: 'refused', ...failure, retryable: rest.retryable }
      : { kind: 'uncertain', ...failure };
  }
  const body = await wholeBody(exchange);
  const { upstreamCallId, sdpAnswer } = wire.readOpened(exchange.headers, body);
  if (upstreamCallId !== null && sdpAnswer !== null)
    return { kind: 'opened', upstreamCallId, keyId: key.id, sdpAnswer };
  const failure = {
    code: CODE_OF_ENDING[exchange.ending],
    upstreamStatus: exchange.status,
    retryAfterMs: null,
  };
  // There is a call. One that can be named is ended rather than left alone.
  if (upstreamCallId !== null && (await opening.hangUp(upstreamCallId)).kind === 'ended')
    return { kind: 'refused', ...failure, retryable: true };
  return { kind: 'uncertain', ...failure };
}

async function wholeBody(exchange: Answered): Promise<Buffer | null> {
  if (exchange.ending !== 'complete') return null;
  const body = await decodeBody(exchange.body, exchange.headers['content-encoding'], MAX_ANSWER_BYTES);
  return typeof body === 'string' ? null : body;
}

const CODE_OF_ENDING = {
  complete: 'upstream_answer_invalid',
  timed_out: 'upstream_timeout',
  lost: 'upstream_connection_lost',
  too_large: 'upstream_answer_invalid',
  malformed: 'upstream_answer_invalid',
} as const satisfies Record<Answered['ending'], OpenCallFailureCode>;

const CODES = {
  upstream_unreachable: 'upstream_unreachable',
  upstream_redirected: 'upstream_rejected',
  upstream_proxy_refused: 'upstream_unreachable',
  upstream_rejected: 'upstream_rejected',
  upstream_authentication: 'upstream_authentication',
  upstream_rate_limited: 'upstream_rate_limited',
  upstream_quota_exhausted: 'upstream_quota_exhausted',
  upstream_unavailable: 'upstream_unavailable',
  upstream_error: 'upstream_error',
  upstream_timeout: 'upstream_timeout',
  upstream_connection_lost: 'upstream_connection_lost',
  upstream_answer_too_large: 'upstream_answer_invalid',
  upstream_answer_invalid: 'upstream_answer_invalid',
} as const satisfies Record<MintFailureCode, OpenCallFailureCode>;
