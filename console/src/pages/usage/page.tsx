import { useViewer } from '../../auth/viewer.ts';
import { NoPermission } from '../../ui/no-permission.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Usage } from './usage.tsx';

export function Page() {
  const { kind, scopes } = useViewer();
  // An end user needs no scope for its own usage.
  if (kind === 'USER' || scopes.includes('USAGE_READ')) return <Usage />;
  return (
    <>
      <PageHeader title="Usage" />
      <NoPermission scope="USAGE_READ" what="usage" />
    </>
  );
}
