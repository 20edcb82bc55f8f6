import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Config } from '../platform/config/config.ts';
import { coalesce } from '../platform/process/coalesce.ts';
import { createInFlight } from '../platform/process/in-flight.ts';
import type { Metrics } from '../platform/process/metrics.ts';
import { logJobFailure, repeat } from '../platform/process/repeat.ts';
import type { MeterUsage } from '../usage/meter-usage.ts';
import { createActivity } from './activity.ts';
import { adoptAbandoned } from './adopt-calls.job.ts';
import { attachCall } from './attach-call.ts';
import { callBounds, LEASE_SECONDS, RENEW_EVERY_MS } from './call-bounds.ts';
import type { AttachOutcome, CallProvider } from './call-provider.ts';
import type { CallStore, Owner } from './call-store.ts';
import { createCallWatches } from './call-watches.ts';
import { endDueCalls, endRequestedCalls } from './end-due-calls.job.ts';
import { createEndings } from './endings.ts';
import { hangUp } from './hang-up.ts';
import type { LiveCall } from './live-call.ts';
import type { OfferPorts, TakeOffer } from './offer.ts';
import { renewHeldLeases } from './renew-leases.job.ts';
import { takeOffer } from './take-offer.ts';

const ADOPT_EVERY_MS = 1000;
// Of what is due and overdue, so that a gateway that died delays no end by two seconds.
const END_DUE_EVERY_MS = 500;
// How long a stopping gateway goes on watching what it has let go of: until another one has attached.
const HAND_OVER_MS = 2000;
const RECORD_WITHIN_MS = 3000;

type Parts = {
  readonly config: Pick<
    Config,
    'maxCalls' | 'upstreamTimeoutMs' | 'databaseTimeoutMs' | 'defaultPolicy' | 'endDriftedCalls'
  >;
  readonly store: CallStore;
  readonly meter: MeterUsage;
  readonly providers: readonly { readonly name: string; readonly calls: CallProvider | null }[];
  readonly fingerprintKeys: OfferPorts['fingerprintKeys'];
  readonly isDraining: () => boolean;
  readonly metrics: Metrics;
  readonly log: Logger;
};

export type CallControl = {
  readonly takeOffer: TakeOffer;
  /** The browser of a call that has just been opened did not get the answer. */
  abandon(id: string): void;
  /** Something was committed, by whichever gateway: somebody may have asked for the end of a call. */
  onNotification(): void;
  /** Hands the calls over to other gateways. */
  close(): Promise<void>;
};

/** Opens calls, watches and ends them, and takes over those of gateways that are gone. */
export function openCallControl(parts: Parts): CallControl {
  const { config, store, meter, providers, fingerprintKeys, isDraining, metrics, log } = parts;
  const bounds = callBounds(config);
  const owner: Owner = { instanceId: randomUUID(), leaseSeconds: LEASE_SECONDS };
  const byName = new Map(
    providers.flatMap(({ name, calls }) => (calls === null ? [] : [[name, calls] as const])),
  );
  // From the use of the secret until the end is recorded.
  const held = new Set<string>();
  const givingUp = new AbortController();
  const offers = createInFlight();
  const onError = logJobFailure(log, 'calls');

  const activity = createActivity((ids) => store.recordActivity(ids), onError);
  const hangUpCall = async (call: LiveCall): Promise<boolean> => {
    const provider = byName.get(call.provider);
    if (provider === undefined) return false;
    return hangUp(call, { provider, metrics, withinMs: bounds.hangUpWithinMs });
  };
  const endings = createEndings({
    ...{ store, log, hangUp: hangUpCall },
    onEnded(id, reason) {
      held.delete(id);
      watches.finish(id);
      if (reason !== null) metrics.callsEnded.inc({ reason });
    },
  });
  const attach = async (call: LiveCall, stopping: AbortSignal): Promise<AttachOutcome> => {
    const provider = byName.get(call.provider);
    if (provider === undefined) return { kind: 'failed' };
    return attachCall(call, { provider, metrics, withinMs: bounds.attachWithinMs }, stopping);
  };
  const isEnding = endings.has;
  const watches = createCallWatches(
    {
      attach,
      isEnding,
      isHeld: (id) => held.has(id),
      meter,
      log,
      givingUp: givingUp.signal,
      restoreWithinMs: bounds.restoreWithinMs,
      isBudgetReached: (id) => store.isBudgetReached(id, config.defaultPolicy.monthlyBudgetUsd),
      end: (call, reason) => void endings.end(call, reason),
      recordEnd: (call, reason) => void endings.recordEnd(call, reason),
      noteActivity: activity.note,
      recordDrift(call, fields) {
        const recorded = store.recordDrift(call.id, fields).then((isNew) => {
          if (isNew) metrics.callsDrifted.inc();
        });
        // Recorded first, so that the trail says why; ended also when that failed.
        void recorded.catch(onError).then(() => {
          if (config.endDriftedCalls) void endings.end(call, 'OPERATOR');
        });
      },
      onRestored({ id, provider }) {
        metrics.sideChannelsRestored.inc();
        log.info({ callId: id, provider }, 'side channel restored');
      },
    },
    (size) => metrics.callsLive.set(size),
  );
  const letGo = (id: string) => {
    held.delete(id);
    endings.forget(id);
    watches.letGo(id);
  };

  const due = { store, owner, endings, findWatch: watches.get };
  const lookForRequests = coalesce(() => endRequestedCalls(due), onError);
  const every = (ms: number, job: string, work: () => Promise<void>) =>
    repeat(ms, work, logJobFailure(log, job));
  // Where no provider has calls there is nothing to look for: no statements every half a second.
  const jobs = () => [
    every(RENEW_EVERY_MS, 'renew-call-leases', () => renewHeldLeases({ store, owner, held, letGo })),
    every(END_DUE_EVERY_MS, 'end-due-calls', () => endDueCalls(due)),
    every(ADOPT_EVERY_MS, 'adopt-calls', async () => {
      const watch = (call: LiveCall) => watches.add(call, null);
      const canWatch = (provider: string) => byName.has(provider);
      const { maxCalls } = bounds;
      if (!isDraining())
        await adoptAbandoned({ store, owner, maxCalls, held, canWatch, watch, metrics, log });
    }),
  ];
  const stops = byName.size === 0 ? [] : jobs();
  const ports: OfferPorts = {
    ...{ store, owner, bounds, fingerprintKeys, held, attach, isEnding, metrics, log },
    providerOf: (name) => byName.get(name),
    watch: watches.add,
    end: endings.end,
    hangUp: hangUpCall,
  };
  let isClosed = false;

  return {
    takeOffer: (...of) => offers.track(takeOffer(ports, ...of)),
    abandon(id) {
      const watch = watches.get(id);
      if (watch !== undefined) void endings.end(watch.call, 'CLIENT_ENDED');
    },
    onNotification() {
      if (held.size > 0 && !isClosed) lookForRequests();
    },
    async close() {
      // What was begun is finished; each piece of it has a bound.
      await offers.ended();
      isClosed = true;
      await Promise.all(stops.map((stop) => stop()));
      await Promise.all([endings.settled(), activity.flush().catch(onError)]);
      await handOver();
      watches.stopAll();
    },
  };

  async function handOver(): Promise<void> {
    const ids = [...held];
    held.clear();
    if (ids.length > 0) {
      await store.releaseLeases(ids, owner).catch(onError);
      log.info({ calls: ids.length }, 'calls handed over');
      await delay(HAND_OVER_MS);
    }
    const metered = watches.metered();
    await Promise.race([metered, delay(RECORD_WITHIN_MS, undefined, { ref: false })]);
    givingUp.abort();
    await metered;
  }
}
