import { useViewer } from '../../auth/viewer.ts';
import { NoPermission } from '../../ui/no-permission.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Playground } from './playground.tsx';

/** Mints as an application would, and shows how it would be written. */
export function Page() {
  const { kind, scopes } = useViewer();
  // An end user needs no scope for its own sessions.
  const mayMint = kind === 'USER' || scopes.includes('SESSIONS_CREATE');
  return (
    <>
      <PageHeader
        title="Playground"
        description="Mint a session as an application would. It is recorded, counted and charged like any other."
      />
      {mayMint ? <Playground /> : <NoPermission scope="SESSIONS_CREATE" what="and minting sessions" />}
    </>
  );
}
