import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { openSession } from '../platform/database/connect.ts';

export type TrailNotifications = {
  /** Notifies every gateway, this one too, that something was committed. Several calls in a moment are sent as one. */
  send(): void;
  close(): Promise<void>;
};

type NotificationOptions = {
  readonly pool: pg.Pool;
  readonly listenUrl: string;
  /** Something was committed, by whichever gateway. */
  readonly onNotification: () => void;
  readonly onError: (error: unknown) => void;
};

const CHANNEL = 'gatehouse_trail';
// NOTIFY takes a lock of the whole server, so it is sent 20 times a second at most, and never in the transaction of a change.
const SEND_EVERY_MS = 50;
const RECONNECT_MS = 1000;
const CLOSE_MS = 500;

/**
 * Notifies gateways of each other's changes (LISTEN and NOTIFY), so that they read the trail at once. Nothing depends on
 * it: a gateway that misses a notification reads the same changes within a second.
 */
export function openTrailNotifications({
  pool,
  listenUrl,
  onNotification,
  onError,
}: NotificationOptions): TrailNotifications {
  const closing = new AbortController();
  let sending: NodeJS.Timeout | null = null;
  let listener: pg.Client | null = null;
  const listening = keepListening();

  return {
    send() {
      sending ??= setTimeout(() => {
        sending = null;
        pool.query(`NOTIFY ${CHANNEL}`).catch(onError);
      }, SEND_EVERY_MS);
    },
    async close() {
      closing.abort();
      if (sending !== null) clearTimeout(sending);
      // Waits for a limited time: the connection to a server that hangs does not end when asked to.
      listener?.end().catch(() => {});
      await Promise.race([listening, delay(CLOSE_MS)]);
    },
  };

  async function keepListening(): Promise<void> {
    while (!closing.signal.aborted) {
      await listen().catch((error: unknown) => {
        if (!closing.signal.aborted) onError(error);
      });
      await delay(RECONNECT_MS, undefined, { signal: closing.signal }).catch(() => {});
    }
  }

  /** Listens until the connection ends. */
  async function listen(): Promise<void> {
    try {
      const client = await openSession({
        url: listenUrl,
        application_name: 'gatehouse-hints',
        onClient: (created) => {
          listener = created;
        },
      });
      // A connection that was asked to end before it was made goes on.
      closing.signal.throwIfAborted();
      client.on('notification', onNotification);
      const ended = once(client, 'end');
      // It rejects if the connection breaks, which may happen before anybody awaits it.
      ended.catch(() => {});
      await client.query(`LISTEN ${CHANNEL}`);
      // Notifications that were sent before this one listened are lost.
      onNotification();
      await ended;
    } finally {
      await listener?.end().catch(() => {});
    }
  }
}
