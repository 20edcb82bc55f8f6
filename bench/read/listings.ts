import type pg from 'pg';
import type { Visibility } from '../../src/authorization/visibility.ts';
import type { CursorPosition, Page } from '../../src/platform/database/page.ts';
import { listSessions } from '../../src/sessions/list-sessions.db.ts';
import type { SessionFilter } from '../../src/sessions/session-filter.ts';
import type { SessionOrder } from '../../src/sessions/session-order.ts';
import { listUsers } from '../../src/users/list-users.db.ts';
import type { UserOrder } from '../../src/users/user-order.ts';

export type Listing = {
  readonly name: string;
  read(pool: pg.Pool, page: Page): Promise<readonly { readonly position: CursorPosition }[]>;
};

export type Samples = {
  readonly userId: string;
  readonly applicationId: string;
  readonly upstreamSessionId: string;
};

const EVERYTHING: Visibility = { reach: 'EVERYTHING' };
const BOTH = ['CREATED_AT_DESC', 'CREATED_AT_ASC'] as const;
const STATUSES = ['PENDING', 'ACTIVE', 'EXPIRED', 'REVOKED', 'FAILED', 'UNCONFIRMED'] as const;

/** What is guaranteed to stay logarithmic, however long the ledger grows. */
export function guaranteedListings({ userId, applicationId, upstreamSessionId }: Samples): Listing[] {
  const filters: readonly (readonly [string, SessionFilter])[] = [
    ['all sessions', {}],
    ['of a user', { userId }],
    ['of an application', { applicationId }],
    ...STATUSES.map((status) => [status, { statuses: [status] }] as const),
    ['of a model', { models: ['gpt-realtime'] }],
    ['by upstream id', { upstreamSessionId }],
  ];
  return [
    ...filters.flatMap(([name, filter]) => BOTH.map((order) => sessions(name, EVERYTHING, filter, order))),
    ...BOTH.map((order) =>
      sessions('seen by an application', { reach: 'OWN_APPLICATION', applicationId }, {}, order),
    ),
    sessions('ACTIVE', EVERYTHING, {}, 'EXPIRES_AT_ASC'),
    users('LAST_SESSION_AT_DESC'),
    users('NEXT_EXPIRY_AT_ASC'),
  ];
}

function sessions(name: string, visibility: Visibility, filter: SessionFilter, order: SessionOrder): Listing {
  return {
    name: `${name}, ${order}`,
    read: (pool, page) => listSessions(pool, visibility, filter, order, page, 'full'),
  };
}

function users(order: UserOrder): Listing {
  return { name: `users, ${order}`, read: (pool, page) => listUsers(pool, EVERYTHING, {}, order, page) };
}
