import { getRouteApi, Link } from '@tanstack/react-router';
import { useViewer } from '../../auth/viewer.ts';
import { readFragment } from '../../gql/index.ts';
import { ErrorNote } from '../../ui/error-note.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { AuditSection } from './audit-section.tsx';
import { LimitsSection } from './limits-section.tsx';
import { LoadingUser } from './loading-user.tsx';
import { NoSuchUser } from './no-such-user.tsx';
import { SessionsSection } from './sessions-section.tsx';
import { UsageSection } from './usage-section.tsx';
import { useReloadOn, useUserChanges } from './use-user-changes.ts';
import { useUserPage } from './use-user-page.ts';
import { UserActions } from './user-actions.tsx';
import { USER_HEADING, UserHeading } from './user-heading.tsx';
import styles from './user-view.module.css';

const route = getRouteApi('/users/$id');

/** Everything about one user. Each part asks on its own, so that one that fails leaves the others. */
export function UserView({ id }: { readonly id: string }) {
  const search = route.useSearch();
  const { scopes } = useViewer();
  const { data, error, reload, application } = useUserPage(id, search.application);
  const { changes, stream } = useUserChanges(id, data?.position?.eventsAfter);
  useReloadOn(changes, reload);

  const problem = error !== undefined && (
    <>
      <ErrorNote error={error} onRetry={reload} />
      {search.application !== undefined && error.code === 'BAD_USER_INPUT' && (
        <Link to="/users/$id" params={{ id }} search={{}}>
          Show the user without the application that the address names
        </Link>
      )}
    </>
  );
  // An error inside the user makes the user null, too.
  if ((data === undefined || data.user === null) && problem !== false) {
    return (
      <>
        <PageHeader title="User" />
        {problem}
      </>
    );
  }
  if (data === undefined) return <LoadingUser />;
  if (data.user === null) return <NoSuchUser id={id} />;
  const user = readFragment(USER_HEADING, data.user);
  return (
    <>
      <PageHeader
        title={user.externalId ?? 'Erased user'}
        description={<UserHeading user={user} isLive={stream !== 'reconnecting'} />}
        actions={<UserActions user={data.user} />}
      />
      <div className={styles['sections']}>
        {problem}
        <LimitsSection page={data} person={data.user} chosen={application} onReload={reload} />
        {scopes.includes('SESSIONS_READ') && <SessionsSection id={id} changes={changes} />}
        {scopes.includes('USAGE_READ') && <UsageSection id={id} changes={changes} />}
        {scopes.includes('AUDIT_READ') && <AuditSection id={id} changes={changes} />}
      </div>
    </>
  );
}
