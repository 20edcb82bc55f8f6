import type { Logger } from 'pino';
import { UnavailableError } from '../platform/database/unavailable-error.ts';
import type { CallEnd } from './call.ts';
import type { CallStore } from './call-store.ts';
import type { LiveCall } from './live-call.ts';

export type Endings = {
  /**
   * Hangs up, and records why. The first reason counts; it is tried again until it is done.
   * @returns when the first attempt is over
   */
  end(call: LiveCall, reason: CallEnd): Promise<void>;
  /** The call is over already: only records why. */
  recordEnd(call: LiveCall, reason: CallEnd): Promise<void>;
  has(id: string): boolean;
  /** Tries again what failed, each after a pause that grows. */
  retry(): Promise<void>;
  /** Another gateway ends it. */
  forget(id: string): void;
  /** Resolves when no attempt is under way. */
  settled(): Promise<void>;
};

type EndingPorts = {
  readonly store: Pick<CallStore, 'end'>;
  /** Whether the call is over. */
  readonly hangUp: (call: LiveCall) => Promise<boolean>;
  readonly onEnded: (id: string) => void;
  readonly log: Logger;
};

type Ending = {
  readonly call: LiveCall;
  readonly reason: CallEnd;
  isOver: boolean;
  failures: number;
  retryAt: number;
  attempt: Promise<void> | null;
};

const LONGEST_PAUSE_MS = 30_000;

/** The calls of this gateway that are being ended. */
export function createEndings({ store, hangUp, onEnded, log }: EndingPorts): Endings {
  const endings = new Map<string, Ending>();

  return {
    end: (call, reason) => begin(call, reason, false),
    recordEnd: (call, reason) => begin(call, reason, true),
    has: (id) => endings.has(id),
    async retry() {
      const now = performance.now();
      const due = [...endings.values()].filter(({ attempt, retryAt }) => attempt === null && retryAt <= now);
      await Promise.all(due.map(attemptEnd));
    },
    forget: (id) => void endings.delete(id),
    async settled() {
      await Promise.all([...endings.values()].map(({ attempt }) => attempt));
    },
  };

  async function begin(call: LiveCall, reason: CallEnd, isOver: boolean): Promise<void> {
    if (endings.has(call.id)) return;
    const ending = { call, reason, isOver, failures: 0, retryAt: 0, attempt: null };
    endings.set(call.id, ending);
    await attemptEnd(ending);
  }

  function attemptEnd(ending: Ending): Promise<void> {
    ending.attempt = tryToEnd(ending).finally(() => {
      ending.attempt = null;
    });
    return ending.attempt;
  }

  async function tryToEnd(ending: Ending): Promise<void> {
    const { call, reason } = ending;
    const fields = { callId: call.id, provider: call.provider, reason };
    ending.isOver ||= await hangUp(call);
    if (!ending.isOver) {
      log.warn(fields, 'a call could not be hung up, and is tried again');
      postpone(ending);
    } else if (await recordEnd(ending)) {
      endings.delete(call.id);
      log.info(fields, 'call ended');
      onEnded(call.id);
    } else postpone(ending);
  }

  async function recordEnd({ call, reason }: Ending): Promise<boolean> {
    try {
      await store.end(call.id, reason);
      return true;
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      log.warn({ callId: call.id, code: error.code }, "a call's end could not be recorded, and is tried again");
      return false;
    }
  }

  function postpone(ending: Ending): void {
    ending.failures += 1;
    ending.retryAt = performance.now() + Math.min(LONGEST_PAUSE_MS, 500 * 2 ** ending.failures);
  }
}
