import { type ApiQuery, useApiQuery } from '../../api/use-api-query.ts';
import { useHasScope, useViewer } from '../../auth/viewer.ts';
import type { UserFilter, UsersQuery } from '../../gql/graphql.ts';
import { graphql } from '../../gql/index.ts';
import type { UsersSearch } from './search.ts';

const USERS = graphql(/* GraphQL */ `
  query Users(
    $filter: UserFilter!
    $orderBy: UserOrder!
    $first: Int
    $after: String
    $last: Int
    $before: String
    $application: ID
    $readUsage: Boolean!
    $readApplications: Boolean!
  ) {
    users(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
      nodes {
        ...UserRow
      }
      pageInfo {
        hasNextPage
        hasPreviousPage
        startCursor
        endCursor
      }
      totalCount(upTo: 1001)
    }
    applications @include(if: $readApplications) {
      id
      name
    }
  }
`);

/** The page of users that the address names. */
export function useUsers(search: UsersSearch): ApiQuery<UsersQuery> {
  const { reach } = useViewer();
  const size = search.size ?? 20;
  return useApiQuery(USERS, {
    filter: filterOf(search),
    orderBy: search.order ?? 'LAST_SESSION_AT_DESC',
    ...(search.before === undefined
      ? { first: size, after: search.after ?? null }
      : { last: size, before: search.before }),
    application: search.application ?? null,
    readUsage: useHasScope('USAGE_READ'),
    readApplications: reach === 'EVERYTHING',
  });
}

function filterOf({ q, exact, live, suspended }: UsersSearch): UserFilter {
  return {
    ...(q !== undefined && (exact ? { externalIds: [q] } : { externalIdPrefix: q })),
    ...(live !== undefined && { hasActiveSessions: live }),
    ...(suspended !== undefined && { suspended }),
  };
}
