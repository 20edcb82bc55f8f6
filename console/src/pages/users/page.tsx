import { useHasScope } from '../../auth/viewer.ts';
import { NoPermission } from '../../ui/no-permission.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { UsersView } from './users-view.tsx';

export function Page() {
  if (useHasScope('USERS_READ')) return <UsersView />;
  return (
    <>
      <PageHeader title="Users" />
      <NoPermission scope="USERS_READ" what="users" />
    </>
  );
}
