import { Link } from '@tanstack/react-router';
import { useHasScope, useViewer } from '../../auth/viewer.ts';
import { EmptyState } from '../../ui/empty-state.tsx';

/** An API key is found by its last four characters, which the list of keys shows: it need not be sent anywhere. */
export function LeakedKey({ lastFour }: { readonly lastFour: string }) {
  const registrar = useHasScope('APPLICATIONS_WRITE');
  const { reach } = useViewer();
  return (
    <EmptyState
      title={`This is an API key of a Gatehouse, ending in ${lastFour}`}
      action={
        registrar && reach === 'EVERYTHING' ? (
          <Link to="/applications" search={{ find: lastFour, ended: true }}>
            Find it among the keys, to revoke it
          </Link>
        ) : undefined
      }
    >
      It was not sent anywhere. Revoke the key: every gateway refuses it within a second. Then give its
      application another one.
      {!(registrar && reach === 'EVERYTHING') && (
        <>
          {' '}
          Revoking needs the scope <code>APPLICATIONS_WRITE</code> and the reach <code>EVERYTHING</code>; ask
          somebody who has them.
        </>
      )}
    </EmptyState>
  );
}
