import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { UnavailableError } from '../platform/database/unavailable-error.ts';
import type { JsonObject } from '../platform/validation/json.ts';
import type { MeterUsage } from '../usage/meter-usage.ts';
import type { LiveCall } from './live-call.ts';

const MAX_PENDING = 256;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5000;
// Each is a correction in the trail, so not as often as it is told.
const SECONDS_EVERY_MS = 30_000;
/** What they are recorded as the usage of. */
const WHOLE_CALL = 'call';

export type MeteringPorts = {
  readonly meter: MeterUsage;
  readonly isBudgetReached: (id: string) => Promise<boolean>;
  /** Aborted when what is not recorded is given up. */
  readonly givingUp: AbortSignal;
  readonly log: Logger;
};

export type CallMeter = {
  /** Resolves at once, unless so much waits for the ledger that nothing more should be read. */
  add(responseId: string, usage: JsonObject): Promise<void>;
  /** What the whole call is billed for so far; the most that is told counts. */
  setSeconds(seconds: number): void;
  /** Resolves when everything is recorded, or given up. */
  settled(): Promise<void>;
};

/** Records what a call uses, in order, also after the ledger was away; and looks at the budget after each. */
export function createCallMeter(
  { id }: LiveCall,
  { meter, isBudgetReached, givingUp, log }: MeteringPorts,
  onBudgetReached: () => void,
): CallMeter {
  let recording: Promise<void> = Promise.resolve();
  let pending = 0;
  let seconds: number | null = null;
  let secondsTimer: NodeJS.Timeout | null = null;

  const enqueue = (use: Parameters<MeterUsage>[1]) => {
    pending += 1;
    recording = recording
      .then(() => record(use))
      .catch((err: unknown) => log.error({ err, callId: id }, 'usage was not recorded'))
      .finally(() => {
        pending -= 1;
      });
  };
  const enqueueSeconds = () => {
    if (secondsTimer !== null) clearTimeout(secondsTimer);
    secondsTimer = null;
    if (seconds === null) return;
    enqueue({ responseId: WHOLE_CALL, usage: { type: 'duration', seconds }, isSum: true });
    seconds = null;
  };

  return {
    async add(responseId, usage) {
      enqueue({ responseId, usage });
      if (pending > MAX_PENDING) await recording;
    },
    setSeconds(told) {
      seconds = Math.max(told, seconds ?? 0);
      secondsTimer ??= setTimeout(enqueueSeconds, SECONDS_EVERY_MS).unref();
    },
    settled() {
      enqueueSeconds();
      return recording;
    },
  };

  async function record(use: Parameters<MeterUsage>[1]): Promise<void> {
    const outcome = await untilAvailable(() => meter(id, use));
    if (outcome === 'refused') log.warn({ callId: id }, 'usage that the provider told cannot be recorded');
    if (outcome === 'recorded' && (await untilAvailable(() => isBudgetReached(id))) === true)
      onBudgetReached();
  }

  /** Null: given up. */
  async function untilAvailable<T>(work: () => Promise<T>): Promise<T | null> {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof UnavailableError)) throw error;
        if (givingUp.aborted) {
          log.error({ callId: id, code: error.code }, 'usage was not recorded');
          return null;
        }
        await delay(pauseMs, undefined, { signal: givingUp }).catch(() => {});
      }
    }
  }
}
