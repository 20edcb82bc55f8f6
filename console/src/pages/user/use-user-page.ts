import { useRef, useState } from 'react';
import { serverNow } from '../../api/server-clock.ts';
import { type ApiQuery, useApiQuery } from '../../api/use-api-query.ts';
import { useViewer } from '../../auth/viewer.ts';
import type { UserPageQuery } from '../../gql/graphql.ts';
import { graphql } from '../../gql/index.ts';
import { timesOf } from './standing.ts';

const USER_PAGE = graphql(/* GraphQL */ `
  query UserPage(
    $id: ID!
    $application: ID
    $dayFrom: DateTime!
    $activeFrom: DateTime!
    $monthFrom: DateTime!
    $monthTo: DateTime!
    $readUsage: Boolean!
    $readSessions: Boolean!
    $readApplications: Boolean!
    $readOverrides: Boolean!
    $readGateway: Boolean!
  ) {
    user(id: $id) {
      id
      ...UserHeading
      ...UserToChange
      ...UserStanding
      ...UserPolicy
    }
    position: realtimeSessions(first: 1) @include(if: $readSessions) {
      eventsAfter
    }
    viewer {
      application {
        ...ApplicationPolicy
      }
    }
    applications @include(if: $readApplications) {
      ...ApplicationPolicy
    }
    gateway @include(if: $readGateway) {
      ...DefaultPolicy
    }
  }
`);

/**
 * What the page of a user shows of the user itself, as far as the caller's scopes go.
 * @param application whose limits apply; undefined: the caller's own, or the built-in one
 */
export function useUserPage(
  id: string,
  application: string | undefined,
): ApiQuery<UserPageQuery> & {
  /** The application that the answer is about, which may be another for a moment. */
  readonly application: string | undefined;
} {
  const { kind, reach, scopes } = useViewer();
  const [times] = useState(() => timesOf(serverNow()));
  const everywhere = reach === 'EVERYTHING';
  const query = useApiQuery(USER_PAGE, {
    id,
    application: application ?? null,
    ...times,
    readUsage: scopes.includes('USAGE_READ'),
    readSessions: scopes.includes('SESSIONS_READ'),
    readApplications: everywhere,
    readOverrides: scopes.includes('POLICIES_WRITE') || (everywhere && scopes.includes('APPLICATIONS_WRITE')),
    readGateway: kind === 'OPERATOR' || (everywhere && kind === 'APPLICATION'),
  });
  const answered = useRef(application);
  if (!query.stale) answered.current = application;
  return { ...query, application: answered.current };
}
