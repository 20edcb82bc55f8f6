import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

export type TrailNotifications = {
  /** Says to every gateway, this one too, that something was committed; several in a moment are said once. */
  send(): void;
  close(): Promise<void>;
};

type HintOptions = {
  readonly pool: pg.Pool;
  readonly url: string;
  /** Something was committed, by whichever gateway. */
  readonly onHint: () => void;
  readonly onError: (error: unknown) => void;
};

const CHANNEL = 'gatehouse_trail';
// NOTIFY takes a lock that all of the server's share: twenty times a second at most, and never with a change.
const SEND_EVERY_MS = 50;
const RECONNECT_MS = 1000;
const CLOSE_MS = 500;

/**
 * Tells gateways of each other's changes by NOTIFY, so that they look at once. No more than that: whoever misses a
 * hint finds the same in the trail a second later.
 */
export function openTrailNotifications({ pool, url, onHint, onError }: HintOptions): TrailNotifications {
  const closing = new AbortController();
  let sending: NodeJS.Timeout | null = null;
  let listener: pg.Client | null = null;
  const listening = listenAgainAndAgain();

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
      // Not for ever: a connection to a server that hangs does not end by being asked to.
      listener?.end().catch(() => {});
      await Promise.race([listening, delay(CLOSE_MS)]);
    },
  };

  async function listenAgainAndAgain(): Promise<void> {
    while (!closing.signal.aborted) {
      await listen().catch((error: unknown) => {
        if (!closing.signal.aborted) onError(error);
      });
      await delay(RECONNECT_MS, undefined, { signal: closing.signal }).catch(() => {});
    }
  }

  /** Until the connection ends. */
  async function listen(): Promise<void> {
    const client = new pg.Client({
      connectionString: url,
      application_name: 'gatehouse-hints',
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
    });
    client.on('error', () => {});
    client.on('notification', onHint);
    listener = client;
    try {
      await client.connect();
      const ended = once(client, 'end');
      // It fails with the connection, which may break before anybody waits for it.
      ended.catch(() => {});
      await client.query(`LISTEN ${CHANNEL}`);
      // For what was said while nobody listened.
      onHint();
      await ended;
    } finally {
      await client.end().catch(() => {});
    }
  }
}
