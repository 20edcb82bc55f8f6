import { expect } from 'vitest';
import { failureOf, type Model, statusOf, type Verdict } from './issuing-model.ts';

// How far the model's clock, which stands still between waits, may be behind.
const TOLERANCE_SECONDS = 20;

/** The answer to a request that reserved nothing. */
export function expectRefusal(
  model: Model,
  verdict: Exclude<Verdict, { kind: 'reserved' }>,
  answer: { readonly [field: string]: unknown },
): void {
  switch (verdict.kind) {
    case 'conflict':
      expect(answer).toEqual({ __typename: 'IdempotencyConflictError', reason: 'DIFFERENT_INPUT' });
      return;
    case 'suspended':
      expect(answer).toEqual({ __typename: 'UserSuspendedError' });
      return;
    case 'policy':
      expect(answer).toEqual({ __typename: 'PolicyViolationError', rule: verdict.rule });
      return;
    case 'quota':
      expectQuota(model, verdict, answer);
      return;
    case 'repeated':
      expectRepetition(model, verdict, answer);
      return;
    default:
      verdict satisfies never;
  }
}

function expectQuota(
  { now }: Model,
  { exceeded }: Extract<Verdict, { kind: 'quota' }>,
  answer: { readonly [field: string]: unknown },
): void {
  expect(answer).toMatchObject({ __typename: 'QuotaExceededError' });
  const named = exceeded.find(({ quota }) => quota === answer['quota']);
  expect(named, `not exceeded: ${answer['quota']}`).toMatchObject({
    limit: answer['limit'],
    used: answer['used'],
  });
  const latest = Math.max(...exceeded.map(({ retryAt }) => retryAt ?? Number.POSITIVE_INFINITY));
  const retryAt = answer['retryAt'];
  if (latest === Number.POSITIVE_INFINITY) {
    expect(retryAt).toBeNull();
    return;
  }
  expect(typeof retryAt).toBe('string');
  const inSeconds = (Date.parse(String(retryAt)) - Date.now()) / 1000;
  expect(Math.abs(inSeconds - (latest - now)), 'retryAt').toBeLessThan(TOLERANCE_SECONDS);
}

function expectRepetition(
  model: Model,
  { session }: Extract<Verdict, { kind: 'repeated' }>,
  answer: { readonly [field: string]: unknown },
): void {
  const status = statusOf(model, session);
  const failure = failureOf(model, session);
  if (status === 'PENDING') {
    expect(answer).toEqual({ __typename: 'IdempotencyConflictError', reason: 'IN_PROGRESS' });
  } else if (failure === null) {
    expect(answer).toEqual({
      __typename: 'SecretAlreadyIssuedError',
      issued: { id: session.id ?? expect.any(String) },
    });
  } else {
    const { code, retryable } = failure;
    expect(answer).toMatchObject({
      __typename: 'UpstreamError',
      retryable,
      possiblyIssued: status === 'UNCONFIRMED',
      attempt: { status, failure: { code } },
    });
  }
}
