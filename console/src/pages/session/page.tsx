import { getRouteApi } from '@tanstack/react-router';
import { useViewer } from '../../auth/viewer.ts';
import { NoPermission } from '../../ui/no-permission.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Session } from './session.tsx';

const route = getRouteApi('/sessions/$id');

/** One session: what it is, what became of it, and what can be done about it. */
export function Page() {
  const { id } = route.useParams();
  const { kind, scopes } = useViewer();
  if (kind === 'USER' || scopes.includes('SESSIONS_READ')) return <Session key={id} id={id} />;
  return (
    <>
      <PageHeader title="Session" />
      <NoPermission scope="SESSIONS_READ" what="a session" />
    </>
  );
}
