import { Link } from '@tanstack/react-router';
import { EmptyState } from '../../ui/empty-state.tsx';
import { PageHeader } from '../../ui/page-header.tsx';

/** The id names nobody, or nobody whom the caller may see. */
export function NoSuchUser({ id }: { readonly id: string }) {
  return (
    <>
      <PageHeader title="No such user" />
      <EmptyState
        title="No user that you may see has this id."
        action={
          <Link to="/users" search={{ q: id }}>
            Look for a user whose external id starts with it
          </Link>
        }
      >
        The address of a user has the id that Gatehouse gave it, not the identifier of your application.
      </EmptyState>
    </>
  );
}
