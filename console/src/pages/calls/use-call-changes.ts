import { useEffect, useRef, useState } from 'react';
import type { StreamState } from '../../api/follow.ts';
import { useApiQuery } from '../../api/use-api-query.ts';
import { useApiSubscription } from '../../api/use-api-subscription.ts';
import { CALL_CHANGES, CALLS_POSITION } from './documents.ts';
import type { CallsSearch } from './search.ts';

/** Changes that arrive together lead to one request, so that a busy gateway is not asked for each. */
const GATHER_MS = 500;

/** Follows the calls that begin and end. @returns a version, which is another one after they did */
export function useCallChanges({ externalUserId, applicationId }: CallsSearch): {
  readonly stream: StreamState;
  readonly version: number;
} {
  const [version, setVersion] = useState(0);
  const { data } = useApiQuery(CALLS_POSITION, {}, { policy: 'network-only' });
  const timer = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  const start = data?.realtimeSessions.eventsAfter;
  // The place where it began to listen stays, however often the position is read.
  const [first, setFirst] = useState(start);
  if (first === undefined && start !== undefined) {
    setFirst(start);
    // What changed since the lists were answered is before this place.
    setVersion((last) => last + 1);
  }
  const filter = {
    connections: ['BROKERED' as const],
    ...(externalUserId !== undefined && { externalUserId }),
    ...(applicationId !== undefined && { applicationId }),
  };
  const stream = useApiSubscription({
    document: CALL_CHANGES,
    start: first,
    of: `${externalUserId ?? ''} ${applicationId ?? ''}`,
    variablesAfter: (position) => ({ filter, after: position }),
    onEvent: ({ sessionEvents: { id, type } }) => {
      if ((type === 'CONNECTED' || type === 'ENDED') && timer.current === 0)
        timer.current = window.setTimeout(() => {
          timer.current = 0;
          setVersion((last) => last + 1);
        }, GATHER_MS);
      return id;
    },
  });
  return { stream, version };
}
