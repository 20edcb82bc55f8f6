import { secretRemover } from '../platform/redaction/known-secrets.ts';
import { Secret } from '../platform/redaction/secret.ts';
import type { Ending, Exchange } from './exchange-once.ts';
import { parseBody } from './parse-body.ts';
import type { MintFailureCode, MintOutcome } from './provider.ts';
import { readRefusal } from './read-refusal.ts';
import { retryAfterMs } from './retry-after.ts';
import { upstreamRequestId } from './upstream-text.ts';
import type { WireDialect } from './wire-dialect.ts';

type Upstream = { readonly dialect: WireDialect; readonly requestIdHeader: string };
type Answered = Extract<Exchange, { kind: 'answered' }>;
type NotMinted = Exclude<MintOutcome, { kind: 'issued' }>;
type Evidence = Pick<
  NotMinted,
  'upstreamStatus' | 'upstreamCode' | 'upstreamParam' | 'upstreamRequestId' | 'retryAfterMs'
>;

const NO_EVIDENCE: Evidence = {
  upstreamStatus: null,
  upstreamCode: null,
  upstreamParam: null,
  upstreamRequestId: null,
  retryAfterMs: null,
};

/** Decides from an exchange whether there is a secret, there is none, or nobody knows. */
export function classifyExchange(exchange: Exchange, upstream: Upstream): MintOutcome {
  return exchange.kind === 'answered' && isSuccess(exchange)
    ? classifySuccess(exchange, upstream)
    : classifyFailure(exchange, upstream);
}

/** Whether something was made, if its answer says so and can be read. */
export function isSuccess({ status }: Answered): boolean {
  return status === 200 || status === 201;
}

/** Decides from an exchange that was no success whether nothing was made, or nobody knows. */
export function classifyFailure(exchange: Exchange, upstream: Pick<Upstream, 'requestIdHeader'>): NotMinted {
  switch (exchange.kind) {
    case 'unsent':
      return failed(CODE_OF_UNSENT[exchange.reason], { retryable: true }, NO_EVIDENCE);
    case 'unanswered':
      return unconfirmed(CODE_OF_ENDING[exchange.ending], NO_EVIDENCE);
    case 'answered':
      return classifyRefusal(exchange, upstream);
    default:
      return exchange satisfies never;
  }
}

const CODE_OF_UNSENT = {
  unreachable: 'upstream_unreachable',
  proxy_refused: 'upstream_proxy_refused',
} as const satisfies Record<Extract<Exchange, { kind: 'unsent' }>['reason'], MintFailureCode>;

const CODE_OF_ENDING = {
  timed_out: 'upstream_timeout',
  lost: 'upstream_connection_lost',
  too_large: 'upstream_answer_too_large',
  malformed: 'upstream_answer_invalid',
} as const satisfies Record<Exclude<Ending, 'complete'>, MintFailureCode>;

function classifySuccess(exchange: Answered, upstream: Upstream): MintOutcome {
  const answered = evidenceOf(exchange, upstream);
  const evidence = { ...NO_EVIDENCE, ...answered };
  if (exchange.ending !== 'complete') return unconfirmed(CODE_OF_ENDING[exchange.ending], evidence);
  const json = parseBody(exchange.body, exchange.headers['content-type']);
  const answer = json === undefined ? null : upstream.dialect.readAnswer(json);
  if (answer === null) return unconfirmed('upstream_answer_invalid', evidence);
  const secret = new Secret(answer.secret);
  // It is stored when the session is withdrawn meanwhile.
  const requestId = answered.upstreamRequestId ?? '';
  const repeatsSecret = secretRemover([secret])(requestId) !== requestId;
  const upstreamRequestId = repeatsSecret ? null : answered.upstreamRequestId;
  return { kind: 'issued', ...answered, upstreamCode: null, ...answer, upstreamRequestId, secret };
}

function classifyRefusal(exchange: Answered, upstream: Pick<Upstream, 'requestIdHeader'>): NotMinted {
  const { status, headers } = exchange;
  // The status decides. Without a complete body only the reason is unknown.
  const json = exchange.ending === 'complete' ? parseBody(exchange.body, headers['content-type']) : undefined;
  const { isExhausted, ...reason } = readRefusal(json);
  const evidence = { ...reason, ...evidenceOf(exchange, upstream), retryAfterMs: retryAfterMs(headers) };
  // Nothing was minted where it leads, because it was not followed.
  if (status >= 300 && status < 400) return failed('upstream_redirected', { retryable: false }, evidence);
  if (status === 401 || status === 403)
    return failed('upstream_authentication', { retryable: false }, evidence);
  if (status === 402 || (status === 429 && isExhausted))
    return failed('upstream_quota_exhausted', { retryable: false }, evidence);
  if (status === 429) return failed('upstream_rate_limited', { retryable: true }, evidence);
  if (status === 503) return failed('upstream_unavailable', { retryable: true }, evidence);
  if (status >= 400 && status < 500 && status !== 408)
    return failed('upstream_rejected', { retryable: false }, evidence);
  return unconfirmed('upstream_error', evidence);
}

function evidenceOf({ status, headers }: Answered, { requestIdHeader }: Pick<Upstream, 'requestIdHeader'>) {
  return { upstreamStatus: status, upstreamRequestId: upstreamRequestId(headers[requestIdHeader]) };
}

function failed(code: MintFailureCode, { retryable }: { retryable: boolean }, evidence: Evidence): NotMinted {
  const retryAfterMs = retryable ? evidence.retryAfterMs : null;
  return { kind: 'failed', code, retryable, ...evidence, retryAfterMs };
}

function unconfirmed(code: MintFailureCode, evidence: Evidence): NotMinted {
  return { kind: 'unconfirmed', code, ...evidence };
}
