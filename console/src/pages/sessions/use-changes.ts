import { useEffect, useRef, useState } from 'react';
import { useClient } from 'urql';
import type { RealtimeSessionFilter, SessionEventType } from '../../gql/graphql.ts';
import { readFragment } from '../../gql/index.ts';
import { sessionChanges } from './documents.ts';
import type { Change } from './live-rows.ts';
import { answeredNow, type SessionRow, sessionRow } from './rows.ts';

/** Changes that arrive together are shown together, so that a busy gateway does not draw the list for each. */
const GATHER_MS = 250;
const RECONNECT_MS = 2_000;

type Options = {
  readonly filter: RealtimeSessionFilter;
  /** The position that came with the list. Undefined until there is one. */
  readonly after: string | undefined;
  readonly withUsage: boolean;
  readonly onChanges: (changes: readonly Change<SessionRow>[]) => void;
};

/** Follows the changes to the sessions of a list. Returns whether they arrive, or the connection is being tried again. */
export function useChanges({ filter, after, withUsage, onChanges }: Options): 'live' | 'reconnecting' {
  const client = useClient();
  const [state, setState] = useState<'live' | 'reconnecting'>('live');
  const latest = useRef({ filter, onChanges });
  useEffect(() => {
    latest.current = { filter, onChanges };
  });

  useEffect(() => {
    if (after === undefined) return;
    const pending: Change<SessionRow>[] = [];
    const timers = { gather: 0, reconnect: 0, connected: 0 };
    let position = after;
    let stop = () => {};
    const flush = () => {
      timers.gather = 0;
      latest.current.onChanges(pending.splice(0));
    };
    const retry = () => {
      setState('reconnecting');
      stop();
      clearTimeout(timers.connected);
      timers.reconnect = window.setTimeout(connect, RECONNECT_MS);
    };
    const connect = () => {
      const variables = { filter: latest.current.filter, after: position, withUsage };
      const { unsubscribe } = client
        .subscription(sessionChanges.toString(), variables)
        .subscribe(({ data, error }) => {
          if (error !== undefined) return retry();
          if (data === undefined) return;
          const { id, type, session } = data.sessionEvents;
          position = id;
          pending.push({ row: answeredNow(readFragment(sessionRow, session)), isNew: settles(type) });
          if (timers.gather === 0) timers.gather = window.setTimeout(flush, GATHER_MS);
        });
      stop = unsubscribe;
      // A stream says nothing until something changes, so one that has not failed by then is taken for open.
      timers.connected = window.setTimeout(() => setState('live'), RECONNECT_MS);
    };
    connect();
    return () => {
      stop();
      for (const timer of Object.values(timers)) clearTimeout(timer);
    };
  }, [client, after, withUsage]);
  return state;
}

/** Whether the session has just become one that lists show as settled. */
function settles(type: SessionEventType): boolean {
  return type === 'ISSUED' || type === 'FAILED' || type === 'UNCONFIRMED';
}
