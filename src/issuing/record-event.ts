import type { Logger } from 'pino';
import type { Metrics } from '../platform/process/metrics.ts';
import type { IssueEvent, OddExpiry } from './issue-outcome.ts';

type Sinks = {
  readonly log: Logger;
  readonly metrics: Metrics;
  /** The odd expiries that were logged: each once a provider, because its next mint will most likely have it too. */
  readonly logged: Set<string>;
};

const ODD_EXPIRIES = {
  past: 'a secret was issued with an expiry in the past: is a clock wrong? This is logged once',
  too_late:
    'a secret was issued with an expiry much longer than was asked for, which is not believed: is a clock wrong? This is logged once',
} as const satisfies Record<OddExpiry, string>;

/** Counts an event of issuing in the metrics, and logs it where an operator should look at it. */
export function recordEvent(event: IssueEvent, sinks: Sinks): void {
  const { log, metrics } = sinks;
  switch (event.kind) {
    case 'minted': {
      const { provider, outcome, code, milliseconds } = event;
      metrics.mints.observe({ provider, outcome, code }, milliseconds / 1000);
      if (code === 'upstream_authentication')
        log.error({ provider, code }, "the provider refuses the gateway's own key");
      if (code === 'upstream_redirected')
        log.error({ provider, code }, 'the provider answers with redirects: is its base URL right?');
      if (code === 'upstream_proxy_refused')
        log.error(
          { provider, code },
          'a proxy does not let requests through: is HTTPS_PROXY or HTTP_PROXY right?',
        );
      return;
    }
    case 'odd_expiry': {
      const { provider, why, sessionId } = event;
      metrics.oddExpiries.inc({ provider, kind: why });
      const once = `${provider} ${why}`;
      if (!sinks.logged.has(once)) log.warn({ sessionId, provider }, ODD_EXPIRIES[why]);
      sinks.logged.add(once);
      return;
    }
    case 'settling_failed':
      metrics.droppedSecrets.inc();
      log.error(
        { err: event.error, sessionId: event.sessionId },
        'what a mint came to could not be recorded',
      );
      return;
    default:
      event satisfies never;
  }
}
