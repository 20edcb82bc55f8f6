import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

type Readings = { readonly poolWaiting: () => number; readonly streams: () => number };

export type Metrics = ReturnType<typeof createMetrics>;

/** The metrics that Prometheus scrapes. Labels have a closed set of values: never an id, a user or a message. */
export function createMetrics({ poolWaiting, streams }: Readings) {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  new Gauge({
    name: 'gatehouse_database_waiting',
    help: 'Statements waiting for a connection.',
    registers,
    collect() {
      this.set(poolWaiting());
    },
  });
  new Gauge({
    name: 'gatehouse_streams',
    help: 'Open subscriptions.',
    registers,
    collect() {
      this.set(streams());
    },
  });
  return {
    registry,
    requests: new Histogram({
      name: 'gatehouse_request_seconds',
      help: 'Requests by outcome: OK, a result type of a mutation, or an error code.',
      labelNames: ['outcome'] as const,
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
    rateLimited: new Counter({
      name: 'gatehouse_rate_limited_total',
      help: 'Requests refused for their number: of a known caller, or of an address that showed no valid credential.',
      labelNames: ['kind'] as const,
      registers,
    }),
    unauthenticated: new Counter({
      name: 'gatehouse_unauthenticated_total',
      help: 'Requests without a valid credential.',
      registers,
    }),
    mints: new Histogram({
      name: 'gatehouse_mint_seconds',
      help: 'Upstream calls by outcome and failure code. upstream_authentication means that our own key is refused.',
      labelNames: ['provider', 'outcome', 'code'] as const,
      buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20],
      registers,
    }),
    circuitOpen: new Gauge({
      name: 'gatehouse_circuit_open',
      help: '1 while a provider keeps failing and is not asked.',
      labelNames: ['provider'] as const,
      registers,
    }),
    droppedSecrets: new Counter({
      name: 'gatehouse_settling_failures_total',
      help: 'Writes after a mint that failed; a secret that could not be recorded is dropped.',
      registers,
    }),
    oddExpiries: new Counter({
      name: 'gatehouse_odd_expiries_total',
      help: 'Secrets issued with an expiry in the past, or with one so much too late that it is not believed.',
      labelNames: ['provider', 'kind'] as const,
      registers,
    }),
    credentialsRefused: new Counter({
      name: 'gatehouse_credentials_refused_total',
      help: 'Credentials that proved nothing, by why: api_key, unknown, unknown_key, claims, or a code of the token check.',
      labelNames: ['reason'] as const,
      registers,
    }),
    clockSkew: new Gauge({
      name: 'gatehouse_clock_skew_seconds',
      help: "By how much the database's clock is ahead of the gateway's. Beyond a minute what cannot be undone waits.",
      registers,
    }),
    retentionHeld: new Gauge({
      name: 'gatehouse_retention_held_partitions',
      help: 'Partitions that retention keeps until an operator drops them, because several months fell due at once.',
      labelNames: ['of'] as const,
      registers,
    }),
    callsLive: new Gauge({
      name: 'gatehouse_calls_watched',
      help: 'Calls that this gateway watches.',
      registers,
    }),
    callOffers: new Histogram({
      name: 'gatehouse_call_offer_seconds',
      help: 'Offers sent to providers by outcome and failure code. Of uncertain ones nobody knows whether there is a call.',
      labelNames: ['provider', 'outcome', 'code'] as const,
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20],
      registers,
    }),
    callAttaches: new Histogram({
      name: 'gatehouse_call_attach_seconds',
      help: 'Attempts to open the side channel of a call, by outcome: attached, gone, failed.',
      labelNames: ['outcome'] as const,
      buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers,
    }),
    callHangUps: new Histogram({
      name: 'gatehouse_call_hang_up_seconds',
      help: 'Attempts to hang up, by outcome: ended, failed.',
      labelNames: ['outcome'] as const,
      buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers,
    }),
    callsEnded: new Counter({
      name: 'gatehouse_calls_ended_total',
      help: 'Calls whose end this gateway recorded, by reason. WATCH_LOST and ATTACH_FAILED say that side channels fail.',
      labelNames: ['reason'] as const,
      registers,
    }),
    callsAdopted: new Counter({
      name: 'gatehouse_calls_adopted_total',
      help: 'Calls taken over from a gateway that stopped or died.',
      registers,
    }),
    callsDrifted: new Counter({
      name: 'gatehouse_calls_drifted_total',
      help: 'Times that a browser changed what its call was configured with.',
      registers,
    }),
    sideChannelsRestored: new Counter({
      name: 'gatehouse_side_channels_restored_total',
      help: 'Side channels that closed while their call went on, and were opened again.',
      registers,
    }),
    redactions: new Counter({
      name: 'gatehouse_output_redactions_total',
      help: 'Lines of output in which the last filter replaced something that looked like a secret. Should stay 0.',
      registers,
    }),
  };
}
