import type { LiveCall } from './live-call.ts';

export type CallClock = {
  /** Somebody spoke. */
  reset(): void;
  /** Whether nobody has spoken for too long. */
  isIdle(): boolean;
  isPastDeadline(): boolean;
  stop(): void;
};

type Times = Pick<LiveCall, 'readAt' | 'deadlineAt' | 'lastActivityAt' | 'idleSeconds'>;

/**
 * Tells when a call has reached its deadline, or was idle for too long. It measures durations from when the call was read,
 * so that it does not matter what time it is here.
 */
export function startCallClock(
  { readAt, deadlineAt, lastActivityAt, idleSeconds }: Times,
  onDue: (reason: 'DEADLINE' | 'IDLE') => void,
): CallClock {
  const idleMs = idleSeconds * 1000;
  let lastActivity = performance.now() - (readAt.getTime() - (lastActivityAt ?? readAt).getTime());
  let idleTimer: NodeJS.Timeout | null = null;
  const deadlineMs = deadlineAt === null ? null : Math.max(0, deadlineAt.getTime() - readAt.getTime());
  const deadline = performance.now() + (deadlineMs ?? Number.POSITIVE_INFINITY);
  const deadlineTimer = deadlineMs === null ? null : setTimeout(() => onDue('DEADLINE'), deadlineMs).unref();

  const idleInMs = () => lastActivity + idleMs - performance.now();
  // Resetting a timer at each event would cost more than looking again when it fires.
  const watchIdle = () => {
    idleTimer = setTimeout(
      () => {
        if (idleInMs() > 0) watchIdle();
        else onDue('IDLE');
      },
      Math.max(1, Math.ceil(idleInMs())),
    ).unref();
  };
  if (idleMs > 0) watchIdle();

  return {
    reset() {
      lastActivity = performance.now();
    },
    isIdle: () => idleMs > 0 && idleInMs() <= 0,
    isPastDeadline: () => performance.now() >= deadline,
    stop() {
      if (deadlineTimer !== null) clearTimeout(deadlineTimer);
      if (idleTimer !== null) clearTimeout(idleTimer);
    },
  };
}
