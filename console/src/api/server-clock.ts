// What the server's clock may be ahead of ours by, in milliseconds.
let least = Number.NEGATIVE_INFINITY;
let most = Number.POSITIVE_INFINITY;

/**
 * Learns from an answer how the server's clock differs from ours. Its Date header has whole seconds, so each answer gives
 * bounds, and several answers narrow them.
 * @param sentAt when the request was sent, by our clock
 * @param answeredAt when its answer began, by our clock
 */
export function learnServerTime(date: string | null, sentAt: number, answeredAt: number): void {
  const server = date === null ? Number.NaN : Date.parse(date);
  if (Number.isNaN(server)) return;
  const low = server - answeredAt;
  const high = server + 999 - sentAt;
  const agrees = low <= most && high >= least;
  // When they contradict each other, one of the clocks was set. The newest answer counts.
  least = agrees ? Math.max(least, low) : low;
  most = agrees ? Math.min(most, high) : high;
}

/** The time by the server's clock, in milliseconds. */
export function serverNow(): number {
  if (least <= 0 && most >= 0) return Date.now();
  return Date.now() + (least + most) / 2;
}
