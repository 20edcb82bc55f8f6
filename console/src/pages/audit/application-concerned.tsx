import { Link } from '@tanstack/react-router';
import { useViewer } from '../../auth/viewer.ts';
import { Fact } from '../../ui/facts.tsx';
import { isObject } from './detail.ts';

/** The application that an event is about, and the key of it, with links to both. */
export function ApplicationConcerned({
  application: { id, name },
  action,
  detail,
}: {
  readonly application: { readonly id: string; readonly name: string };
  readonly action: string;
  readonly detail: unknown;
}) {
  const key = keyConcerned(action, detail);
  return (
    <>
      <Fact name="Application">
        <Listed find={name} />
        {' · '}
        <Link to="/audit" search={{ applicationId: id }}>
          all events about this application
        </Link>
        {action === 'policy.set' && <Limits id={id} />}
      </Fact>
      {key !== null && (
        <Fact name="API key">
          <Listed find={key} />
        </Fact>
      )}
    </>
  );
}

/** Links to where it is listed, for those who may list applications. */
function Listed({ find }: { readonly find: string }) {
  const { reach } = useViewer();
  if (reach !== 'EVERYTHING') return find;
  return (
    <Link to="/applications" search={{ find, ended: true }}>
      {find}
    </Link>
  );
}

/** Links to the limits that it has now. */
function Limits({ id }: { readonly id: string }) {
  return (
    <>
      {' · '}
      <Link to="/applications" search={{ limits: id }}>
        its limits
      </Link>
    </>
  );
}

/** The name of the key that an event is about. */
function keyConcerned(action: string, detail: unknown): string | null {
  const isOfKey = action === 'api_key.created' || action === 'api_key.revoked';
  return isOfKey && isObject(detail) && typeof detail['name'] === 'string' ? detail['name'] : null;
}
