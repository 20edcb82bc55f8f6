import type { ReportUsageInput } from '../generated/types.ts';
import { type EventUsage, usageOfEvent } from './usage-of-event.ts';

export type UsageReporterOptions = {
  /** Sends a report, e.g. `gatehouse.reportUsage`, or a request to a backend that does. */
  readonly report: (input: ReportUsageInput) => Promise<unknown>;
  /** Whose usage it is: the id that the gateway gave the session. A function is asked at each event. */
  readonly sessionId: string | (() => string | undefined);
  /** How often a report is sent at most. Default 5. */
  readonly maxAttempts?: number | undefined;
  /** How long to wait after an attempt that failed, in milliseconds. Default: about 1, 2, 4, 8 … seconds, at most 30. */
  readonly waitMs?: ((attempt: number) => number) | undefined;
};

/** What was not recorded, and why: what `report` threw at last, or the refusal that it resolved to. */
export type UnreportedUsage = ReportUsageInput & { readonly reason: unknown };

export type UsageReporter = {
  /** Takes an event of the connection as the provider sent it. Those without usage are ignored. */
  handle(event: unknown): void;
  /** Resolves once everything that was taken so far is recorded or given up. `unreported` has what was given up since the last call. */
  flush(): Promise<{ readonly reported: number; readonly unreported: readonly UnreportedUsage[] }>;
};

/** Anything that emits the provider's events as it received them, as RealtimeSession of @openai/agents-realtime does. */
export type TransportEvents = {
  on(name: 'transport_event', listener: (event: unknown) => void): unknown;
  off(name: 'transport_event', listener: (event: unknown) => void): unknown;
};

/**
 * Reports what the responses and transcriptions of a realtime session use, each once. A report that fails is sent again; the
 * gateway counts it once, however often it arrives.
 * @param session a RealtimeSession of @openai/agents-realtime
 */
export function reportUsageFrom(
  session: TransportEvents,
  options: UsageReporterOptions,
): UsageReporter & { /** Listens no more; what was taken is still reported. */ stop(): void } {
  const reporter = createUsageReporter(options);
  session.on('transport_event', reporter.handle);
  return { ...reporter, stop: () => void session.off('transport_event', reporter.handle) };
}

/** The same for any other connection: hand it each event, e.g. of a data channel. */
export function createUsageReporter({
  report,
  sessionId,
  maxAttempts = 5,
  waitMs = (attempt) => Math.min(1000 * 2 ** (attempt - 1), 30_000) * (0.75 + Math.random() / 2),
}: UsageReporterOptions): UsageReporter {
  const seen = new Set<string>();
  const pending = new Set<Promise<void>>();
  let unreported: UnreportedUsage[] = [];
  let reported = 0;

  const attemptOf = async (input: ReportUsageInput): Promise<Outcome> => {
    try {
      return outcomeOf(await report(input));
    } catch (reason) {
      return failureOf(reason);
    }
  };

  const send = async (input: ReportUsageInput) => {
    for (let attempt = 1; ; attempt++) {
      const outcome = await attemptOf(input);
      if (outcome.kind === 'recorded') {
        reported++;
        return;
      }
      if (outcome.kind === 'refused' || attempt >= maxAttempts) {
        unreported.push({ ...input, reason: outcome.reason });
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, waitMs(attempt)));
    }
  };

  const take = ({ responseId, usage }: EventUsage) => {
    const id = typeof sessionId === 'function' ? sessionId() : sessionId;
    // Of one session only: after a reconnection there is another, whose ids are its own.
    const key = JSON.stringify([id, responseId]);
    if (seen.has(key)) return;
    seen.add(key);
    if (id === undefined) {
      unreported.push({ sessionId: '', responseId, usage, reason: new Error('The session is not known') });
      return;
    }
    const sent = send({ sessionId: id, responseId, usage }).finally(() => pending.delete(sent));
    pending.add(sent);
  };

  return {
    handle: (event) => {
      const found = usageOfEvent(event);
      if (found !== undefined) take(found);
    },
    flush: async () => {
      await Promise.all(pending);
      const given = unreported;
      unreported = [];
      return { reported, unreported: given };
    },
  };
}

type Outcome =
  | { readonly kind: 'recorded' }
  /** The same again would be refused again. */
  | { readonly kind: 'refused'; readonly reason: unknown }
  | { readonly kind: 'failed'; readonly reason: unknown };

/** A report that resolves to nothing, or to something that is no result of the gateway's, is recorded. */
function outcomeOf(result: unknown): Outcome {
  const typename = fieldOf(result, '__typename');
  if (typename === undefined || typename === 'ReportUsageSuccess') return { kind: 'recorded' };
  return { kind: 'refused', reason: result };
}

const FINAL: readonly unknown[] = ['UNAUTHENTICATED', 'FORBIDDEN', 'BAD_USER_INPUT'];

function failureOf(reason: unknown): Outcome {
  return { kind: FINAL.includes(fieldOf(reason, 'code')) ? 'refused' : 'failed', reason };
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
