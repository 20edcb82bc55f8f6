import { useViewer } from '../../auth/viewer.ts';
import { NoPermission } from '../../ui/no-permission.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { SessionsList } from './sessions-list.tsx';

/** The sessions, filtered by what the URL says. */
export function Page() {
  const { kind, scopes } = useViewer();
  // End users read their own sessions without a scope.
  const mayRead = kind === 'USER' || scopes.includes('SESSIONS_READ');
  return (
    <>
      <PageHeader title="Sessions" />
      {mayRead ? <SessionsList /> : <NoPermission scope="SESSIONS_READ" what="sessions" />}
    </>
  );
}
