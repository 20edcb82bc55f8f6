import { Link } from '@tanstack/react-router';
import { EmptyState } from '../ui/empty-state.tsx';
import { PageHeader } from '../ui/page-header.tsx';

export function NotFound() {
  return (
    <>
      <PageHeader title="No such page" />
      <EmptyState title="There is nothing at this address." action={<Link to="/">Go to the overview</Link>} />
    </>
  );
}
