import { getRouteApi } from '@tanstack/react-router';
import { useHasScope } from '../../auth/viewer.ts';
import { NoPermission } from '../../ui/no-permission.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { UserView } from './user-view.tsx';

const route = getRouteApi('/users/$id');

export function Page() {
  const { id } = route.useParams();
  if (!useHasScope('USERS_READ')) {
    return (
      <>
        <PageHeader title="User" />
        <NoPermission scope="USERS_READ" what="users" />
      </>
    );
  }
  return <UserView key={id} id={id} />;
}
