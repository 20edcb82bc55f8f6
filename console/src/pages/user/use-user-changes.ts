import { useEffect, useRef, useState } from 'react';
import type { StreamState } from '../../api/follow.ts';
import { serverNow } from '../../api/server-clock.ts';
import { useApiSubscription } from '../../api/use-api-subscription.ts';
import { graphql } from '../../gql/index.ts';

const USER_CHANGES = graphql(/* GraphQL */ `
  subscription UserChanges($id: ID!, $after: ID) {
    sessionEvents(filter: { userId: $id }, after: $after) {
      id
    }
  }
`);

/** The longest time that a timer of the browser can wait. */
const LONGEST_MS = 2_147_483_647;

/**
 * @param after the position that came with what is shown; undefined: it is not known, or the caller may not listen
 * @returns a number that rises within a second after something happened to sessions of the user
 */
export function useUserChanges(
  id: string,
  after: string | undefined,
): { readonly changes: number; readonly stream: StreamState } {
  const [changes, setChanges] = useState(0);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  useEffect(
    () => () => {
      if (timer.current !== null) clearTimeout(timer.current);
    },
    [],
  );
  // The place where it began to listen stays, however often the user is read.
  const [start, setStart] = useState(after);
  if (start === undefined && after !== undefined) setStart(after);
  const stream = useApiSubscription({
    document: USER_CHANGES,
    start,
    of: id,
    variablesAfter: (position) => ({ id, after: position }),
    onEvent: ({ sessionEvents }) => {
      // Many events in a row are one reload.
      timer.current ??= setTimeout(() => {
        timer.current = null;
        setChanges((count) => count + 1);
      }, 800);
      return sessionEvents.id;
    },
  });
  return { changes, stream };
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
