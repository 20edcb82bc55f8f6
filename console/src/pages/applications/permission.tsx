import type { Viewer } from '../../auth/viewer.ts';
import { useViewer } from '../../auth/viewer.ts';
import { EmptyState } from '../../ui/empty-state.tsx';

const readers: readonly string[] = ['SESSIONS_READ', 'USAGE_READ', 'AUDIT_READ', 'USERS_READ'];

/** Whether a caller may register applications and make keys. */
export function mayRegister({ reach, scopes }: Viewer): boolean {
  return reach === 'EVERYTHING' && scopes.includes('APPLICATIONS_WRITE');
}

/** Whether a caller may list the applications, at least by name. */
export function mayRead(viewer: Viewer): boolean {
  return (
    mayRegister(viewer) ||
    (viewer.reach === 'EVERYTHING' && viewer.scopes.some((scope) => readers.includes(scope)))
  );
}

export function NoReach() {
  const { application } = useViewer();
  return (
    <EmptyState title="Your credential does not list applications">
      {application !== null && (
        <>
          You are signed in with a key of <strong>{application.name}</strong>.{' '}
        </>
      )}
      Listing applications needs the reach <code>EVERYTHING</code>; their keys need the scope{' '}
      <code>APPLICATIONS_WRITE</code> as well. Sign in with a credential that has them.
    </EmptyState>
  );
}
