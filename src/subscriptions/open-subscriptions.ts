import type { Logger } from 'pino';
import type { Config } from '../platform/config/config.ts';
import type { OpenDatabase } from '../platform/database/database.ts';
import { transactionOverlapMs } from '../platform/database/transaction-overlap.ts';
import { createLiveFeed } from './live-feed.ts';
import { openTrailNotifications } from './notifications.db.ts';
import { readPosition } from './read-position.db.ts';
import { createTrailReader } from './read-trail.db.ts';
import type { ReadPosition, Subscriber, WatchSessions } from './subscriber.ts';
import { watchSessions } from './watch-sessions.ts';

export type OpenSubscriptions = {
  watchSessionsAs(subscriber: Subscriber): WatchSessions;
  readonly readPosition: ReadPosition;
  /** Call it when something was committed that subscribers of any gateway may get. */
  onCommitted(): void;
  /** Calls `listener` when something was committed, by whichever gateway; it may miss some. */
  listen(listener: () => void): void;
  /** How many subscribers there are. */
  size(): number;
  /** Ends all subscriptions, and those that are opened from now on. */
  end(): Promise<void>;
  close(): Promise<void>;
};

type Parts = { readonly config: Config; readonly ledger: OpenDatabase; readonly log: Logger };

/** Connects the live feed with the database and with the other gateways. */
export function openSubscriptions({ config, ledger: { pool, listenUrl }, log }: Parts): OpenSubscriptions {
  const logFailure = (job: string) => (err: unknown) => log.warn({ err, job }, 'periodic work failed');
  const overlapMs = transactionOverlapMs(config.databaseTimeoutMs);
  const trail = createTrailReader(pool, overlapMs);
  const feed = createLiveFeed({
    trail,
    maxSubscribers: config.maxStreams,
    maxSubscribersPerCaller: config.maxStreamsPerCaller,
    onError: logFailure('session-feed'),
  });
  const listeners = [feed.onNotification];
  const notifications = openTrailNotifications({
    pool,
    listenUrl,
    onNotification: () => {
      for (const listener of listeners) listener();
    },
    onError: logFailure('trail-hints'),
  });
  return {
    watchSessionsAs: (subscriber) => (request) => watchSessions({ trail, feed }, subscriber, request),
    readPosition: () => readPosition(pool, overlapMs),
    onCommitted: notifications.send,
    listen: (listener) => void listeners.push(listener),
    size: feed.size,
    end: feed.close,
    close: notifications.close,
  };
}
