import { setTimeout as delay } from 'node:timers/promises';
import type { CallEnd } from './call.ts';
import { startCallClock } from './call-clock.ts';
import type { AttachOutcome, CallClosed, CallEvent, SideChannel } from './call-provider.ts';
import type { LiveCall } from './live-call.ts';
import { createCallMeter, type MeteringPorts } from './meter-call.ts';
import { createRestorer } from './restore-channel.ts';

export type CallWatch = {
  readonly call: LiveCall;
  /** Whether nobody has spoken for too long, as this gateway has seen it. */
  isIdle(): boolean;
  /** The call has ended: reads what still comes, for a moment, and stops. */
  finish(): Promise<void>;
  /** Closes the side channel. The call goes on. */
  stop(): void;
  /** Resolves when all usage that was read is recorded, or given up. */
  metered(): Promise<void>;
};

export type WatchPorts = MeteringPorts & {
  readonly attach: (call: LiveCall, stopping: AbortSignal) => Promise<AttachOutcome>;
  readonly restoreWithinMs: number;
  /** Hangs up. */
  readonly end: (call: LiveCall, reason: CallEnd) => void;
  /** The call is over already. */
  readonly recordEnd: (call: LiveCall, reason: CallEnd) => void;
  readonly isEnding: (id: string) => boolean;
  /** False once another gateway may have taken it over. */
  readonly isHeld: (id: string) => boolean;
  readonly noteActivity: (id: string) => void;
  readonly recordDrift: (call: LiveCall, changedFields: readonly string[]) => void;
  readonly onRestored: (call: LiveCall) => void;
};

// What comes after a hang-up: the usage of an answer that it cut short.
const LAST_WORDS_MS = 1000;

/**
 * Watches a call until it ends or `stop` is called: reads its side channel, opens it again when it closes, and ends the
 * call when it is due.
 * @param channel null: there is none yet
 */
export function watchCall(call: LiveCall, channel: SideChannel | null, ports: WatchPorts): CallWatch {
  const stopping = new AbortController();
  const { signal } = stopping;
  const clock = startCallClock(call, (reason) => ports.end(call, reason));
  const meter = createCallMeter(call, ports, () => ports.end(call, 'BUDGET'));
  const restore = createRestorer(() => ports.attach(call, signal), {
    withinMs: ports.restoreWithinMs,
    stopping: signal,
  });
  let open = channel;
  let lastDrift = '';
  const watching = watch().catch((err: unknown) => {
    ports.log.error({ err, callId: call.id }, 'watching a call failed');
    if (!signal.aborted) ports.end(call, 'WATCH_LOST');
  });

  const stop = () => {
    clock.stop();
    stopping.abort();
    open?.close();
  };
  return {
    call,
    isIdle: clock.isIdle,
    async finish() {
      clock.stop();
      await Promise.race([watching, delay(LAST_WORDS_MS, undefined, { ref: false })]);
      stop();
      await meter.settled();
    },
    stop,
    metered: meter.settled,
  };

  async function watch(): Promise<void> {
    let wasOpen = open !== null;
    while (!signal.aborted) {
      if (open === null && !(await openAgain(wasOpen))) return;
      wasOpen = true;
      if (open !== null) await readToEnd(open);
      // Mostly it has ended then; where hanging up fails, it goes on.
      if (ports.isEnding(call.id))
        await delay(2 * LAST_WORDS_MS, undefined, { signal, ref: false }).catch(() => {});
    }
  }

  async function readToEnd(opened: SideChannel): Promise<void> {
    const closed = await readChannel(opened, handle);
    open = null;
    if (closed?.ended === true && isOurs()) recordEnd(closed.byClient ? 'CLIENT_ENDED' : 'UPSTREAM_ENDED');
  }

  async function openAgain(wasOpen: boolean): Promise<boolean> {
    const outcome = await restore();
    switch (outcome.kind) {
      case 'attached':
        if (signal.aborted) {
          outcome.channel.close();
          return false;
        }
        open = outcome.channel;
        if (wasOpen) ports.onRestored(call);
        return true;
      case 'gone':
        if (isOurs()) recordEnd('UPSTREAM_ENDED');
        return false;
      case 'failed':
        if (isOurs()) ports.end(call, 'WATCH_LOST');
        return false;
      default:
        return outcome satisfies never;
    }
  }

  /** Another gateway that has taken it over, and whoever is ending it, knows better why it ended. */
  function isOurs(): boolean {
    return !signal.aborted && ports.isHeld(call.id) && !ports.isEnding(call.id);
  }

  function noteDrift(changedFields: readonly string[]): void {
    const names = changedFields.join();
    // Browsers send the same again at each step.
    if (names !== '' && names !== lastDrift) ports.recordDrift(call, changedFields);
    lastDrift = names;
  }

  /** Another gateway may have ended it, at the deadline that this one was about to. */
  function recordEnd(reason: 'CLIENT_ENDED' | 'UPSTREAM_ENDED'): void {
    ports.recordEnd(call, clock.isPastDeadline() ? 'DEADLINE' : reason);
  }

  function handle(event: CallEvent): Promise<void> | null {
    switch (event.kind) {
      case 'activity':
        clock.reset();
        ports.noteActivity(call.id);
        return null;
      case 'usage':
        return meter.add(event.responseId, event.usage);
      case 'billed_seconds':
        meter.setSeconds(event.seconds);
        return null;
      case 'configured':
        noteDrift(event.changedFields);
        return null;
      case 'closed':
        return null;
      default:
        return event satisfies never;
    }
  }
}

/** Reads a side channel to its end. @returns how it ended; null when its reader was stopped */
async function readChannel(
  channel: SideChannel,
  handle: (event: CallEvent) => Promise<void> | null,
): Promise<CallClosed | null> {
  for await (const event of channel) {
    if (event.kind === 'closed') return event;
    const handling = handle(event);
    if (handling !== null) await handling;
  }
  return null;
}
