import type { CallStore, DueCall, Owner } from './call-store.ts';
import type { Endings } from './endings.ts';
import { toLiveCall } from './live-call.ts';
import type { CallWatch } from './watch-call.ts';

type EndDuePorts = {
  readonly store: Pick<CallStore, 'findDue' | 'findEndRequested'>;
  readonly owner: Owner;
  readonly endings: Pick<Endings, 'end' | 'has' | 'retry'>;
  readonly findWatch: (id: string) => CallWatch | undefined;
};

const MOST = 200;

/** Ends the calls that are due by the ledger: those of this gateway, and those of nobody. Tries again what failed. */
export async function endDueCalls(ports: EndDuePorts): Promise<void> {
  ports.endings.retry();
  for (const call of await ports.store.findDue(ports.owner, MOST)) endDue(call, ports);
}

/** Ends the calls whose end somebody asked for. */
export async function endRequestedCalls(ports: EndDuePorts): Promise<void> {
  for (const call of await ports.store.findEndRequested(ports.owner, MOST)) endDue(call, ports);
}

/** Begins it: a provider that hangs must not keep the other calls waiting. */
function endDue(call: DueCall, { endings, findWatch }: EndDuePorts): void {
  const live = toLiveCall(call);
  if (live === null || endings.has(call.id)) return;
  // The ledger hears of activity with a delay.
  if (call.reason === 'IDLE' && findWatch(call.id)?.isIdle() === false) return;
  void endings.end(live, call.reason);
}
