/** Longer than a transaction of the gateway takes: a change that is committed late comes after younger ones, at most so much later. */
const OVERLAP_MS = 60_000;

type Received = { readonly id: string; readonly at: number };

export type ResumePoint = {
  /** What to pass as `after`. */
  after(): string;
  /** @returns whether the event is new: coming back delivers some once more */
  receive(id: string): boolean;
};

/**
 * Where to come back to after a break. Events come in the order of their ids, except those that were committed late. So it
 * is not the last event that was received, after which a late one might be missed, but the last one that is old enough.
 * What was received since is known by its id.
 */
export function createResumePoint(start: string, now: () => number = Date.now): ResumePoint {
  // In the order in which they came: what is remembered, from `OVERLAP_MS` before the point on.
  let received: Received[] = [];
  const ids = new Set<string>();
  let point: Received | null = null;

  function advance(): void {
    const oldEnough = now() - OVERLAP_MS;
    point = received.findLast(({ at }) => at < oldEnough) ?? point;
    if (point === null) return;
    const forgotten = point.at - OVERLAP_MS;
    const first = received.findIndex(({ at }) => at >= forgotten);
    for (const { id } of received.slice(0, first)) ids.delete(id);
    received = received.slice(first);
  }

  return {
    after() {
      advance();
      return point?.id ?? start;
    },
    receive(id) {
      if (ids.has(id)) return false;
      ids.add(id);
      received.push({ id, at: now() });
      // Once in a while is enough, and costs nothing then.
      if (received.length % 1000 === 0) advance();
      return true;
    },
  };
}
