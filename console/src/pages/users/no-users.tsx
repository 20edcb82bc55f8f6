import { Link } from '@tanstack/react-router';
import { EmptyState } from '../../ui/empty-state.tsx';
import type { UsersSearch } from './search.ts';

/** Why no user is shown, and what to do next. */
export function NoUsers({
  search,
  isPageEmpty,
}: {
  readonly search: UsersSearch;
  readonly isPageEmpty: boolean;
}) {
  const { q, exact, live, suspended, near } = search;
  if (near && !isPageEmpty) {
    return (
      <EmptyState title="Nobody on this page is near a limit.">
        Nearness is worked out for the users of a page, not for all. Another page may have somebody, and a
        page can show up to 100 users.
      </EmptyState>
    );
  }
  if (q !== undefined) {
    return (
      <EmptyState
        title={`No user's external id ${exact ? 'is' : 'starts with'} “${q}”.`}
        action={
          <Link to="/users" search={exact ? { q } : {}}>
            {exact ? 'Look for ids that start with it' : 'Show all users'}
          </Link>
        }
      >
        Upper and lower case differ. An erased user has no external id any more.
      </EmptyState>
    );
  }
  if (live !== undefined || suspended !== undefined) {
    return (
      <EmptyState
        title="No user matches these filters."
        action={
          <Link to="/users" search={{}}>
            Show all users
          </Link>
        }
      />
    );
  }
  return (
    <EmptyState title="No users yet.">
      A user appears here when an application first asks for a session for it, or when its limits are set.
    </EmptyState>
  );
}
