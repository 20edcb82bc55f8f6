import type { Logger } from 'pino';
import type { Config } from '../platform/config/config.ts';
import type { OpenDatabase } from '../platform/database/open-database.ts';
import { transactionOverlapMs } from '../platform/database/transaction-overlap.ts';
import { openTrailNotifications } from './notifications.db.ts';
import { createSessionFeed } from './session-feed.ts';
import type { Subscriber, WatchSessions } from './subscriber.ts';
import { watchSessions } from './watch-sessions.ts';

/** What subscribers are told, out of the audit trail. */
export type OpenFeed = {
  watcherOf(viewer: Subscriber): WatchSessions;
  /** Something was committed that subscribers, here or elsewhere, may want to hear of. */
  onCommitted(): void;
  /** How many listen. */
  size(): number;
  /** Ends all streams, and takes no more. */
  end(): Promise<void>;
  close(): Promise<void>;
};

type Parts = { readonly config: Config; readonly ledger: OpenDatabase; readonly log: Logger };

export function openFeed({ config, ledger: { pool, url }, log }: Parts): OpenFeed {
  const failed = (job: string) => (err: unknown) => log.warn({ err, job }, 'periodic work failed');
  const overlapMs = transactionOverlapMs(config.databaseTimeoutMs);
  const feed = createSessionFeed({
    pool,
    maxWatchers: config.maxStreams,
    overlapMs,
    onError: failed('session-feed'),
  });
  const hints = openTrailNotifications({ pool, url, onHint: feed.hint, onError: failed('trail-hints') });
  return {
    watcherOf: (viewer) => (watching) => watchSessions({ pool, feed, overlapMs }, viewer, watching),
    onCommitted: hints.send,
    size: feed.size,
    end: feed.close,
    close: hints.close,
  };
}
