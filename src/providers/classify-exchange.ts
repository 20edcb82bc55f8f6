import { secretRemover } from '../platform/redaction/known-secrets.ts';
import { Secret } from '../platform/redaction/secret.ts';
import { isJsonObject, type Json } from '../platform/validation/json.ts';
import type { Ending, Exchange } from './exchange-once.ts';
import { parseBody } from './parse-body.ts';
import type { MintFailureCode, MintOutcome } from './provider.ts';
import { upstreamCode, upstreamRequestId } from './upstream-text.ts';
import type { WireDialect } from './wire-dialect.ts';

type Answered = Extract<Exchange, { kind: 'answered' }>;
type Evidence = Pick<MintOutcome, 'upstreamStatus' | 'upstreamCode' | 'upstreamRequestId'>;

const NO_EVIDENCE: Evidence = { upstreamStatus: null, upstreamCode: null, upstreamRequestId: null };

/** Decides from an exchange whether there is a secret, there is none, or nobody knows. */
export function classifyExchange(exchange: Exchange, dialect: WireDialect): MintOutcome {
  switch (exchange.kind) {
    case 'unsent':
      return failed(CODE_OF_UNSENT[exchange.reason], { retryable: true }, NO_EVIDENCE);
    case 'unanswered':
      return unconfirmed(CODE_OF_ENDING[exchange.ending], NO_EVIDENCE);
    case 'answered':
      return exchange.status === 200 || exchange.status === 201
        ? classifySuccess(exchange, dialect)
        : classifyRefusal(exchange);
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

function classifySuccess(exchange: Answered, dialect: WireDialect): MintOutcome {
  const evidence = evidenceOf(exchange, null);
  if (exchange.ending !== 'complete') return unconfirmed(CODE_OF_ENDING[exchange.ending], evidence);
  const json = parseBody(exchange.body, exchange.headers['content-type']);
  const answer = json === undefined ? null : dialect.readAnswer(json);
  if (answer === null) return unconfirmed('upstream_answer_invalid', evidence);
  const secret = new Secret(answer.secret);
  // It is stored when the session is withdrawn meanwhile.
  const requestId = evidence.upstreamRequestId ?? '';
  const repeatsSecret = secretRemover([secret])(requestId) !== requestId;
  const upstreamRequestId = repeatsSecret ? null : evidence.upstreamRequestId;
  return { kind: 'issued', ...evidence, ...answer, upstreamRequestId, secret };
}

function classifyRefusal(exchange: Answered): MintOutcome {
  // The status alone decides. Without a complete body only the codes are unknown.
  const json =
    exchange.ending === 'complete' ? parseBody(exchange.body, exchange.headers['content-type']) : undefined;
  const error = isJsonObject(json) && isJsonObject(json['error']) ? json['error'] : {};
  const evidence = evidenceOf(exchange, upstreamCode(error['code']));
  const { status } = exchange;
  if (status === 401 || status === 403)
    return failed('upstream_authentication', { retryable: false }, evidence);
  if (status === 429) {
    return isExhausted(error['code']) || isExhausted(error['type'])
      ? failed('upstream_quota_exhausted', { retryable: false }, evidence)
      : failed('upstream_rate_limited', { retryable: true }, evidence);
  }
  if (status === 503) return failed('upstream_unavailable', { retryable: true }, evidence);
  if (status >= 400 && status < 500 && status !== 408)
    return failed('upstream_rejected', { retryable: false }, evidence);
  return unconfirmed('upstream_error', evidence);
}

// A 429 that does not go away by waiting: somebody has to pay first.
const EXHAUSTED = /insufficient_(quota|funds|credits?|balance)|(credits?|balance|quota)_exhausted|billing/i;

function isExhausted(code: Json | undefined): boolean {
  return typeof code === 'string' && EXHAUSTED.test(code);
}

function evidenceOf({ status, headers }: Answered, code: string | null): Evidence {
  return {
    upstreamStatus: status,
    upstreamCode: code,
    upstreamRequestId: upstreamRequestId(headers['x-request-id']),
  };
}

function failed(
  code: MintFailureCode,
  { retryable }: { retryable: boolean },
  evidence: Evidence,
): MintOutcome {
  return { kind: 'failed', code, retryable, ...evidence };
}

function unconfirmed(code: MintFailureCode, evidence: Evidence): MintOutcome {
  return { kind: 'unconfirmed', code, ...evidence };
}
