import type { UserStandingFragment } from '../../gql/graphql.ts';
import { graphql } from '../../gql/index.ts';
import type { CountedSessions } from './frees-up.ts';
import type { Standing } from './policy-consequences.ts';

/** What a user's quotas and budget count, and the sessions from which one sees when they free up. */
export const USER_STANDING = graphql(/* GraphQL */ `
  fragment UserStanding on User {
    quotas(applicationId: $application) {
      quota
      used
      limit
    }
    budget(applicationId: $application) @include(if: $readUsage) {
      limitUsd
      usedUsd
      resetsAt
    }
    month: usage(from: $monthFrom, to: $monthTo) @include(if: $readUsage) {
      totals {
        costKnownUsd
      }
    }
    newest: sessions(first: 100, filter: { createdFrom: $dayFrom }) @include(if: $readSessions) {
      nodes {
        createdAt
      }
    }
    oldest: sessions(last: 100, filter: { createdFrom: $dayFrom }) @include(if: $readSessions) {
      nodes {
        createdAt
      }
    }
    active: sessions(first: 100, filter: { createdFrom: $activeFrom, statuses: [ACTIVE, REVOKED] })
      @include(if: $readSessions) {
      nodes {
        clientSecret {
          expiresAt
        }
      }
    }
  }
`);

/** Times from which and to which the page asks, fixed when it is opened so that its questions stay the same. */
export function timesOf(now: number) {
  const date = new Date(now);
  const month = (offset: number) => Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + offset);
  const iso = (milliseconds: number) => new Date(milliseconds).toISOString();
  return {
    dayFrom: iso(now - 86_400_000),
    // A secret lives two hours at most, and the provider's clock may be a little off.
    activeFrom: iso(now - 3 * 3_600_000),
    monthFrom: iso(month(0)),
    monthTo: iso(month(1)),
  };
}

/** @param now by the server's clock, in milliseconds since 1970 */
export function standingOf(user: UserStandingFragment, now: number): Standing {
  const counted = countedOf(user, now);
  const used = { ACTIVE_SESSIONS: 0, MINTS_PER_MINUTE: 0, MINTS_PER_DAY: 0 };
  for (const quota of user.quotas) used[quota.quota] = quota.used;
  return {
    used,
    counted,
    usedUsd: user.budget?.usedUsd ?? user.month?.totals.costKnownUsd ?? null,
    nextMonthAt: Date.parse(timesOf(now).monthTo),
  };
}

function countedOf(user: UserStandingFragment, now: number): CountedSessions | null {
  const { newest, oldest, active } = user;
  if (newest === undefined || oldest === undefined || active === undefined) return null;
  const withinDay = ({ createdAt }: { readonly createdAt: string }) =>
    Date.parse(createdAt) > now - 86_400_000;
  const times = (nodes: readonly { readonly createdAt: string }[]) =>
    nodes.filter(withinDay).map(({ createdAt }) => createdAt);
  return {
    newest: times(newest.nodes),
    oldest: times(oldest.nodes),
    activeEnds: active.nodes
      .flatMap(({ clientSecret }) => (clientSecret === null ? [] : [clientSecret.expiresAt]))
      .filter((end) => Date.parse(end) > now),
  };
}
