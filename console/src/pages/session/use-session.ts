import { useState } from 'react';
import { useApiQuery } from '../../api/use-api-query.ts';
import { useApiSubscription } from '../../api/use-api-subscription.ts';
import { SESSION_CHANGED, SESSION_PAGE } from './documents.ts';

/** The session, read again whenever it changes. */
export function useSession(id: string, withUsage: boolean) {
  // Past the cache: what counts down is answered in seconds from now.
  const query = useApiQuery(SESSION_PAGE, { id, withUsage }, { policy: 'network-only' });
  const answer = useAnswer(query.data);
  const userId = query.data?.realtimeSession?.user.id;
  const after = query.data?.position.eventsAfter;
  // The place where it began to listen stays: what comes after it is delivered, however often the session is read.
  const [start, setStart] = useState(after);
  if (start === undefined && after !== undefined) setStart(after);
  const stream = useApiSubscription({
    document: SESSION_CHANGED,
    start,
    of: userId,
    variablesAfter: (position) => ({ userId: userId ?? '', after: position }),
    onEvent: ({ sessionEvents }) => {
      if (sessionEvents.session.id === id) query.reload();
      return sessionEvents.id;
    },
  });
  return { ...query, ...answer, stream };
}

/** How many answers there were, and when the last one came, by the browser's clock. */
function useAnswer(data: unknown) {
  const [state, setState] = useState({ data, number: 0, answeredAt: Date.now() });
  if (state.data !== data) setState({ data, number: state.number + 1, answeredAt: Date.now() });
  return { version: state.number, answeredAt: state.answeredAt };
}
