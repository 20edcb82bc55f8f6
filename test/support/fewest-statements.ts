import type { TcpProxy } from './tcp-proxy.ts';

/**
 * How many statements `work` causes by itself: the fewest of several times, because periodic work of the gateway
 * can only add to them.
 */
export async function fewestStatements(proxy: TcpProxy, work: () => Promise<unknown>): Promise<number> {
  const counts: number[] = [];
  for (let time = 0; time < 5; time++) {
    const before = proxy.statements();
    await work();
    counts.push(proxy.statements() - before);
  }
  return Math.min(...counts);
}
