import type { ReadingSocket } from './web-socket.ts';

// A NAT forgets an idle connection after a minute or more, and says nothing.
const PING_AFTER_MS = 10_000;
const DEAD_AFTER_MS = 25_000;
const LOOK_EVERY_MS = 1000;

export type Heartbeat = {
  /** @returns stops watching it */
  watch(socket: ReadingSocket): () => void;
};

/**
 * Notices connections that died silently: one that was quiet is pinged, and one that stays quiet is dropped. One timer for
 * all of them, which runs only while there are some, and does not keep the process alive.
 */
export function createHeartbeat({
  pingAfterMs = PING_AFTER_MS,
  deadAfterMs = DEAD_AFTER_MS,
  lookEveryMs = LOOK_EVERY_MS,
} = {}): Heartbeat {
  const pingedAt = new Map<ReadingSocket, number>();
  let timer: NodeJS.Timeout | undefined;

  const look = () => {
    const now = performance.now();
    for (const [socket, pinged] of pingedAt) {
      const heard = socket.heardAt();
      if (now - heard >= deadAfterMs) socket.drop();
      else if (now - Math.max(heard, pinged) >= pingAfterMs) {
        pingedAt.set(socket, now);
        socket.ping();
      }
    }
  };

  return {
    watch(socket) {
      pingedAt.set(socket, 0);
      timer ??= setInterval(look, lookEveryMs).unref();
      return () => {
        pingedAt.delete(socket);
        if (pingedAt.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
  };
}
