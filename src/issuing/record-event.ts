import type { Logger } from 'pino';
import type { Metrics } from '../platform/process/metrics.ts';
import type { IssueEvent } from './issue-outcome.ts';

type Sinks = { readonly log: Logger; readonly metrics: Metrics; readonly providerName: string };

/** Counts an event of issuing in the metrics, and logs it where an operator should look at it. */
export function recordEvent(event: IssueEvent, { log, metrics, providerName: provider }: Sinks): void {
  switch (event.kind) {
    case 'minted': {
      const { outcome, code, milliseconds } = event;
      metrics.mints.observe({ provider, outcome, code }, milliseconds / 1000);
      if (code === 'upstream_authentication')
        log.error({ provider, code }, "the provider refuses the gateway's own key");
      return;
    }
    case 'expiry_in_the_past':
      log.warn(
        { sessionId: event.sessionId },
        'a secret was issued with an expiry in the past: is a clock wrong?',
      );
      return;
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
