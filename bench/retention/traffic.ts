import type pg from 'pg';
import { listSessions } from '../../src/sessions/list-sessions.db.ts';
import { USERS } from '../mint/requests.ts';

/** How many statements there were, and how long the longest of each kind took, in milliseconds. */
export type Slowest = { readonly statements: number; readonly longest: ReadonlyMap<string, number> };

const PAGE = { limit: 20, after: null, direction: 'forward' } as const;
const DEFAULTS = {
  ...{ allowedModels: null, allowedProviders: null, maxTtlSeconds: 7200, maxActiveSessions: 1_000_000 },
  ...{ maxMintsPerMinute: 1_000_000, maxMintsPerDay: 1_000_000, monthlyBudgetUsd: null },
};
const SESSION = {
  ...{ provider: 'sandbox', object: 'realtime.session', type: 'REALTIME', model: 'gpt-realtime' },
  ...{ modalities: ['AUDIO'], tools: [], labels: [], session_limit_seconds: 3600 },
};
const EVENT = { actor_kind: 'OPERATOR', actor_name: 'root', detail: {} };

/** Connections that reserve, list, and look for what is in no month in particular, one after the other. */
export function startTraffic(pool: pg.Pool, connections: number) {
  let statements = 0;
  let longest = new Map<string, number>();
  let stopped = false;
  const kinds = [
    ['reserve', (n: number) => reserve(pool, `user-${n % USERS}`)],
    ['list', () => listSessions(pool, { reach: 'EVERYTHING' }, {}, 'CREATED_AT_DESC', PAGE, 'full')],
    // Every partition is looked into: what is dropped among them.
    ['search', (n: number) => search(pool, `user-${n % USERS}`)],
  ] as const;
  const work = async (connection: number) => {
    for (let n = connection; !stopped; n += connections) {
      for (const [kind, ask] of kinds) {
        const startedAt = performance.now();
        await ask(n);
        longest.set(kind, Math.max(longest.get(kind) ?? 0, performance.now() - startedAt));
        statements += 1;
      }
    }
  };
  const ended = Promise.all(Array.from({ length: connections }, (_, connection) => work(connection)));
  return {
    /** What there was from the start of `period` to its end. */
    async during(period: () => Promise<void>): Promise<Slowest> {
      statements = 0;
      longest = new Map();
      await Promise.race([period(), ended]);
      return { statements, longest };
    },
    async stop(): Promise<void> {
      stopped = true;
      await ended;
    },
  };
}

function reserve(pool: pg.Pool, externalUserId: string): Promise<unknown> {
  const request = { externalUserId, settleWithinSeconds: 20, defaultTtlSeconds: 600, defaults: DEFAULTS };
  return pool.query({
    name: 'reserve',
    text: `SELECT verdict FROM reserve_session($1::jsonb || jsonb_build_object('session',
      $2::jsonb || (SELECT jsonb_build_object('application_id', id) FROM application), 'event', $3::jsonb))`,
    values: [JSON.stringify(request), JSON.stringify(SESSION), JSON.stringify(EVENT)],
  });
}

function search(pool: pg.Pool, externalUserId: string): Promise<unknown> {
  return pool.query({
    name: 'search',
    text: `SELECT id FROM realtime_session
      WHERE user_id = (SELECT id FROM end_user WHERE external_id = $1) ORDER BY id DESC LIMIT 20`,
    values: [externalUserId],
  });
}
