export type FairScheduler = {
  /** Resolves when it is the turn of one piece of work of this key; what is done from there on without waiting is the turn. */
  turn(key: string): Promise<void>;
};

type Waiting = {
  readonly wakes: (() => void)[];
  /** The virtual time at which the next turn of this key starts. */
  start: number;
};

// How long turns may occupy the event loop before sockets and timers are looked at again, and how many at most. Short,
// because one connection is accepted each time.
const PHASE_MS = 2;
const TURNS_PER_PHASE = 16;
const REMEMBERED_KEYS = 1000;
const GRANTED = Promise.resolve();

/**
 * Shares the time of the event loop fairly among keys (start-time fair queueing). Each turn is charged with the time
 * that it took, and whoever has used least is next: a key with a hundred heavy pieces of work delays the others by about
 * one of them.
 */
export function createFairScheduler(now: () => number = () => performance.now()): FairScheduler {
  const waiting = new Map<string, Waiting>();
  // Until what virtual time each key has used its share. Forgotten when nobody waits any more.
  const finishes = new Map<string, number>();
  let waitingTurns = 0;
  let virtualTime = 0;
  let scheduled = false;
  let phaseEndsAt: number | null = null;
  // By turns that were granted at once, since the event loop last went on.
  let usedMs = 0;
  let current: { readonly key: string; readonly start: number; readonly startedAt: number } | null = null;

  return {
    turn(key) {
      if (current === null && !scheduled) return grantAtOnce(key);
      return new Promise((wake) => {
        const known = waiting.get(key);
        if (known === undefined) waiting.set(key, { wakes: [wake], start: startOf(key) });
        else known.wakes.push(wake);
        waitingTurns += 1;
        waitForPhase();
      });
    },
  };

  /** To wait for the next phase costs more than most turns take: only after 2 ms of turns is one waited for. */
  function grantAtOnce(key: string): Promise<void> {
    virtualTime = startOf(key);
    current = { key, start: virtualTime, startedAt: now() };
    // After what waits for this promise.
    process.nextTick(endTurn);
    return GRANTED;
  }

  function endTurn(): void {
    const time = now();
    usedMs += current === null ? 0 : time - current.startedAt;
    charge(time);
    if (usedMs >= PHASE_MS) waitForPhase();
  }

  function waitForPhase(): void {
    if (scheduled) return;
    scheduled = true;
    setImmediate(endPhase);
  }

  function startOf(key: string): number {
    return Math.max(virtualTime, finishes.get(key) ?? 0);
  }

  /** The steps of one phase of the event loop. Between two of them, what a turn does without waiting is done. */
  function schedulePhase(): void {
    scheduled = true;
    const turns = Math.min(waitingTurns, TURNS_PER_PHASE);
    for (let index = 0; index < turns; index += 1) setImmediate(step);
    setImmediate(endPhase);
  }

  function step(): void {
    const time = now();
    charge(time);
    phaseEndsAt ??= time + PHASE_MS;
    if (time < phaseEndsAt) grantNext(time);
  }

  function endPhase(): void {
    charge(now());
    phaseEndsAt = null;
    usedMs = 0;
    scheduled = false;
    if (waitingTurns > 0) schedulePhase();
    else finishes.clear();
    if (finishes.size > REMEMBERED_KEYS)
      for (const [key, finish] of finishes) if (finish <= virtualTime) finishes.delete(key);
  }

  function grantNext(time: number): void {
    let next: readonly [string, Waiting] | null = null;
    for (const entry of waiting) if (next === null || entry[1].start < next[1].start) next = entry;
    if (next === null) return;
    const [key, { wakes, start }] = next;
    virtualTime = start;
    current = { key, start, startedAt: time };
    waitingTurns -= 1;
    wakes.shift()?.();
    if (wakes.length === 0) waiting.delete(key);
  }

  function charge(time: number): void {
    if (current === null) return;
    const { key, start, startedAt } = current;
    const finish = start + (time - startedAt);
    finishes.set(key, finish);
    const more = waiting.get(key);
    if (more !== undefined) more.start = Math.max(finish, virtualTime);
    current = null;
  }
}
