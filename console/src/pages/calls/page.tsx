import { useViewer } from '../../auth/viewer.ts';
import { NoPermission } from '../../ui/no-permission.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { CallsView } from './calls-view.tsx';

/** The calls of BROKERED sessions: those that run now, and those that have ended. */
export function Page() {
  const { kind, scopes } = useViewer();
  // End users read their own calls without a scope.
  if (kind === 'USER' || scopes.includes('SESSIONS_READ')) return <CallsView />;
  return (
    <>
      <PageHeader title="Calls" />
      <NoPermission scope="SESSIONS_READ" what="calls" />
    </>
  );
}
