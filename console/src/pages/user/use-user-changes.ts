import { useEffect, useRef, useState } from 'react';
import { serverNow } from '../../api/server-clock.ts';
import { useApiSubscription } from '../../api/use-api-subscription.ts';
import { useHasScope } from '../../auth/viewer.ts';
import { graphql } from '../../gql/index.ts';

const USER_CHANGES = graphql(/* GraphQL */ `
  subscription UserChanges($id: ID!) {
    sessionEvents(filter: { userId: $id }) {
      id
    }
  }
`);

/** The longest time that a timer of the browser can wait. */
const LONGEST_MS = 2_147_483_647;

/** @returns a number that rises within a second after something happened to sessions of the user */
export function useUserChanges(id: string): number {
  const [changes, setChanges] = useState(0);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  useEffect(
    () => () => {
      if (timer.current !== null) clearTimeout(timer.current);
    },
    [],
  );
  const canListen = useHasScope('SESSIONS_READ');
  useApiSubscription(
    USER_CHANGES,
    { id },
    () => {
      // Many events in a row are one reload.
      timer.current ??= setTimeout(() => {
        timer.current = null;
        setChanges((count) => count + 1);
      }, 800);
    },
    { pause: !canListen },
  );
  return changes;
}

/** Reloads whenever the number of changes has risen. */
export function useReloadOn(changes: number, reload: () => void): void {
  const seen = useRef(changes);
  useEffect(() => {
    if (seen.current === changes) return;
    seen.current = changes;
    reload();
  }, [changes, reload]);
}

/** Reloads just after a time by the server's clock, in milliseconds since 1970, if it is still to come. */
export function useReloadAt(at: number | null, reload: () => void): void {
  useEffect(() => {
    const wait = at === null ? -1 : at - serverNow() + 300;
    if (wait < 0 || wait > LONGEST_MS) return;
    const timer = setTimeout(reload, wait);
    return () => clearTimeout(timer);
  }, [at, reload]);
}
