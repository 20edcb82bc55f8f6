/**
 * How much later than its neighbours an audit event may appear, in milliseconds. Each of our transactions is one
 * statement, which ends at its time-out at the latest. Whoever reads the trail reads this much of it again.
 */
export function transactionOverlapMs(databaseTimeoutMs: number): number {
  return 2 * databaseTimeoutMs + 1000;
}
