import { requestedOf, type SessionCounts } from '../statistics/statistics-query.ts';
import { builder } from './builder.ts';

const MINT_MS =
  'Of the issued sessions, by the time from their reservation to their record, in milliseconds. Times are rounded, below 100 ms to a millisecond and above to two significant digits (0.426 s is 430), and times of 990 s and more are 990,000; of these, it is the smallest that at least';
const ROUNDED = 'took at most. Exact by this definition, over any time. Null when none was issued.';

export const SessionCountsType = builder.objectRef<SessionCounts>('SessionCounts').implement({
  description:
    'How many sessions were asked for in a time, and what has become of them by now. A session is counted in the time in which it was asked for, also when it was issued, failed or was revoked later.',
  fields: (t) => ({
    requested: t.field({
      type: 'SafeInt',
      description:
        'The sessions that were reserved: issued + failed + unconfirmed + pending. A repeated idempotency key reserves none.',
      resolve: requestedOf,
    }),
    issued: t.expose('issued', {
      type: 'SafeInt',
      description:
        'The sessions whose client secret was issued: those that are ACTIVE, EXPIRED or REVOKED by now.',
    }),
    failed: t.expose('failed', {
      type: 'SafeInt',
      description: 'The sessions that are FAILED: nothing was issued.',
    }),
    unconfirmed: t.expose('unconfirmed', {
      type: 'SafeInt',
      description:
        'The sessions that are UNCONFIRMED: nobody got a secret, but the provider may have made one.',
    }),
    pending: t.expose('pending', {
      type: 'SafeInt',
      description: 'The sessions that are PENDING now: reserved, and not settled.',
    }),
    revoked: t.expose('revoked', {
      type: 'SafeInt',
      description: 'The issued sessions that are REVOKED. They are counted in issued too.',
    }),
    denied: t.expose('denied', {
      type: 'SafeInt',
      description:
        'The requests that were refused before anything was reserved: by a policy, a quota, a suspension or a missing scope. They are not in requested.',
    }),
    mintMsP50: t.float({
      nullable: true,
      description: `The median time of a mint. ${MINT_MS} 50 % ${ROUNDED}`,
      resolve: ({ mintTimes }) => mintTimes.p50,
    }),
    mintMsP95: t.float({
      nullable: true,
      description: `The 95th percentile of the times of mints. ${MINT_MS} 95 % ${ROUNDED}`,
      resolve: ({ mintTimes }) => mintTimes.p95,
    }),
    mintMsP99: t.float({
      nullable: true,
      description: `The 99th percentile of the times of mints. ${MINT_MS} 99 % ${ROUNDED}`,
      resolve: ({ mintTimes }) => mintTimes.p99,
    }),
  }),
});
