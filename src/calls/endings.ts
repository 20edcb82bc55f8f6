import type { Logger } from 'pino';
import { UnavailableError } from '../platform/database/unavailable-error.ts';
import type { CallEnd } from './call.ts';
import type { CallStore } from './call-store.ts';
import type { LiveCall } from './live-call.ts';

export type Endings = {
  /**
   * Hangs up, and records why. The first reason counts. Resolves after the first attempt; `retry` makes the others. It
   * never rejects.
   */
  end(call: LiveCall, reason: CallEnd): Promise<void>;
  /** The call is over already: only records why. */
  recordEnd(call: LiveCall, reason: CallEnd): Promise<void>;
  /** Whether it is being ended, or has been a moment ago. */
  has(id: string): boolean;
  /** Tries again what failed, each after a pause that grows. */
  retry(): void;
  /** Another gateway ends it. */
  forget(id: string): void;
  /** Resolves when no attempt is under way. */
  settled(): Promise<void>;
};

type EndingPorts = {
  readonly store: Pick<CallStore, 'end'>;
  /** Whether the call is over. */
  readonly hangUp: (call: LiveCall) => Promise<boolean>;
  /** @param reason null when another gateway recorded the end */
  readonly onEnded: (id: string, reason: CallEnd | null) => void;
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
// Longer than a statement that saw it before it ended.
const REMEMBERED_MS = 30_000;

/** The calls of this gateway that are being ended. */
export function createEndings({ store, hangUp, onEnded, log }: EndingPorts): Endings {
  const endings = new Map<string, Ending>();
  const ended = new Set<string>();

  return {
    end: (call, reason) => begin(call, reason, false),
    recordEnd: (call, reason) => begin(call, reason, true),
    has: (id) => endings.has(id) || ended.has(id),
    retry() {
      const now = performance.now();
      for (const ending of endings.values())
        if (ending.attempt === null && ending.retryAt <= now) void attemptEnd(ending);
    },
    forget: (id) => void endings.delete(id),
    async settled() {
      await Promise.all([...endings.values()].map(({ attempt }) => attempt));
    },
  };

  async function begin(call: LiveCall, reason: CallEnd, isOver: boolean): Promise<void> {
    const before = endings.get(call.id);
    // Whoever asks for the end second waits for the attempt as well: an offer is not refused before its call is hung up.
    if (before !== undefined) return before.attempt ?? undefined;
    if (ended.has(call.id)) return;
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
    try {
      ending.isOver ||= await hangUp(call);
      if (!ending.isOver) {
        log.warn(fields, 'a call could not be hung up, and is tried again');
        return postpone(ending);
      }
      const isFirst = await store.end(call.id, reason);
      endings.delete(call.id);
      ended.add(call.id);
      setTimeout(() => ended.delete(call.id), REMEMBERED_MS).unref();
      if (isFirst) log.info(fields, 'call ended');
      onEnded(call.id, isFirst ? reason : null);
    } catch (err) {
      if (err instanceof UnavailableError)
        log.warn({ ...fields, code: err.code }, 'the ledger was away at the end of a call');
      else log.error({ ...fields, err }, 'ending a call failed');
      postpone(ending);
    }
  }

  function postpone(ending: Ending): void {
    ending.failures += 1;
    ending.retryAt = performance.now() + Math.min(LONGEST_PAUSE_MS, 500 * 2 ** ending.failures);
  }
}
