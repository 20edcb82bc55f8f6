import type { RealtimeCallFilter } from '../../gql/graphql.ts';
import type { CallsSearch } from './search.ts';
import { callStatuses } from './words.ts';

/** What the two lists ask for. Null: by the filter of the URL nothing can be in it. */
export type CallFilters = {
  readonly running: RealtimeCallFilter | null;
  readonly ended: RealtimeCallFilter | null;
};

/** Calls that have not ended stand in a list of their own, before the others. Only those that have have a reason. */
export function filtersOf({
  statuses = callStatuses,
  endReasons,
  externalUserId,
  applicationId,
}: CallsSearch): CallFilters {
  const shared = {
    ...(externalUserId !== undefined && { externalUserId }),
    ...(applicationId !== undefined && { applicationId }),
  };
  const running = statuses.filter((status) => status !== 'ENDED');
  return {
    running: endReasons !== undefined || running.length === 0 ? null : { ...shared, statuses: running },
    ended: statuses.includes('ENDED')
      ? { ...shared, statuses: ['ENDED'], ...(endReasons !== undefined && { endReasons }) }
      : null,
  };
}
