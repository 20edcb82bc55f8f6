import { Link } from '@tanstack/react-router';
import { useViewer } from '../../auth/viewer.ts';
import { Fact } from '../../ui/facts.tsx';
import { isObject } from './detail.ts';
import { useApplicationNames } from './use-application-names.ts';

/** The application that an event is about, or whose key it is about, as far as its detail tells. */
export function applicationConcerned(
  action: string,
  detail: unknown,
): { readonly find?: string; readonly uuid?: string } {
  if (!isObject(detail)) return {};
  const { name, applicationId } = detail;
  if (action === 'policy.set' && typeof applicationId === 'string') return { uuid: applicationId };
  const named =
    action === 'application.created' || action === 'api_key.created' || action === 'api_key.revoked';
  return named && typeof name === 'string' ? { find: name } : {};
}

/** Links to what the event concerns among the applications. Nothing for callers who may not list them. */
export function ApplicationConcerned({ find, uuid }: { readonly find?: string; readonly uuid?: string }) {
  const { reach } = useViewer();
  const names = useApplicationNames();
  if (reach !== 'EVERYTHING') return null;
  const application = names?.find(({ id }) => uuid !== undefined && id === idOf(uuid));
  const wanted = application?.name ?? find;
  if (wanted === undefined) return null;
  return (
    <Fact name="Application">
      <Link to="/applications" search={{ find: wanted, ended: true }}>
        {wanted}
      </Link>
      {application && (
        <>
          {' '}
          ·{' '}
          <Link to="/audit" search={{ applicationId: application.id }}>
            all events about this application
          </Link>
        </>
      )}
    </Fact>
  );
}

/** The detail has the database's id. Where this is not the id of any application, nothing is linked. */
function idOf(uuid: string): string {
  return btoa(`Application:${uuid}`);
}
