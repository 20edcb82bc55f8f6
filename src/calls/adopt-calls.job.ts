import type { Logger } from 'pino';
import { inBatches } from '../platform/process/in-batches.ts';
import type { Metrics } from '../platform/process/metrics.ts';
import type { CallStore, Owner } from './call-store.ts';
import { type LiveCall, toLiveCall } from './live-call.ts';

type AdoptPorts = {
  readonly store: Pick<CallStore, 'adopt'>;
  readonly owner: Owner;
  readonly maxCalls: number;
  readonly held: Set<string>;
  readonly canWatch: (provider: string) => boolean;
  readonly watch: (call: LiveCall) => void;
  readonly metrics: Pick<Metrics, 'callsAdopted'>;
  readonly log: Logger;
};

const BATCH = 100;

/** Takes over the calls that nobody watches, as many as there is room for. */
export async function adoptAbandoned(ports: AdoptPorts): Promise<void> {
  const { store, owner, maxCalls, held, canWatch, watch, metrics, log } = ports;
  await inBatches(BATCH, async (size) => {
    const room = Math.min(size, maxCalls - held.size);
    if (room <= 0) return 0;
    const adopted = await store.adopt(room, owner);
    for (const call of adopted) {
      const live = toLiveCall(call);
      // Not renewed, so that another gateway, which has the provider, gets its turn.
      if (live === null || !canWatch(call.provider)) {
        log.warn({ callId: call.id, provider: call.provider }, 'a call of a provider that is not configured');
        continue;
      }
      held.add(call.id);
      watch(live);
      metrics.callsAdopted.inc();
    }
    if (adopted.length > 0) log.info({ calls: adopted.length }, 'calls adopted');
    return adopted.length;
  });
}
