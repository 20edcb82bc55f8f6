import type { SideChannel } from './call-provider.ts';
import type { LiveCall } from './live-call.ts';
import { type CallWatch, type WatchPorts, watchCall } from './watch-call.ts';

export type CallWatches = {
  /** Watches a call, from now on until it ends or is let go of. */
  add(call: LiveCall, channel: SideChannel | null): void;
  get(id: string): CallWatch | undefined;
  /** The call has ended. */
  finish(id: string): void;
  /** Another gateway watches it. */
  letGo(id: string): void;
  size(): number;
  /** Resolves when what was read of all calls is recorded. */
  metered(): Promise<void>;
  /** Closes all side channels. The calls go on. */
  stopAll(): void;
};

/** The calls that this gateway watches. */
export function createCallWatches(ports: WatchPorts, onSize: (size: number) => void): CallWatches {
  const watches = new Map<string, CallWatch>();
  // They have ended, and what was read of them is not recorded yet.
  const finishing = new Set<CallWatch>();

  const remove = (id: string): CallWatch | undefined => {
    const watch = watches.get(id);
    watches.delete(id);
    onSize(watches.size);
    return watch;
  };
  return {
    add(call, channel) {
      watches.set(call.id, watchCall(call, channel, ports));
      onSize(watches.size);
    },
    get: (id) => watches.get(id),
    finish(id) {
      const watch = remove(id);
      if (watch === undefined) return;
      finishing.add(watch);
      void watch.finish().finally(() => finishing.delete(watch));
    },
    letGo: (id) => remove(id)?.stop(),
    size: () => watches.size,
    async metered() {
      await Promise.all([...watches.values(), ...finishing].map((watch) => watch.metered()));
    },
    stopAll() {
      for (const watch of [...watches.values(), ...finishing]) watch.stop();
      watches.clear();
      onSize(0);
    },
  };
}
