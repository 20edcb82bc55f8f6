import { describeFailure } from '../../platform/process/describe-failure.ts';

/** One thing that was looked at. */
export type Check = {
  readonly name: string;
  /** warn: the gateway works, and somebody should know. fail: it does not, or not for long. */
  readonly status: 'ok' | 'warn' | 'fail';
  readonly message: string;
  /** What to do; null when nothing is to be done, or the message says it. */
  readonly cure: string | null;
};

export function ok(name: string, message: string): Check {
  return { name, status: 'ok', message, cure: null };
}

export function warn(name: string, message: string, cure: string | null): Check {
  return { name, status: 'warn', message, cure };
}

export function fail(name: string, message: string, cure: string | null): Check {
  return { name, status: 'fail', message, cure };
}

/** What could not be looked at: failures have messages for operators, which name the cure. */
export function failed(name: string, error: unknown): Check {
  return fail(name, describeFailure(error), null);
}
