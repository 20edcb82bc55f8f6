import { useEffect, useRef } from 'react';
import type { StreamState } from '../../api/follow.ts';
import { useApiSubscription } from '../../api/use-api-subscription.ts';
import type { RealtimeSessionFilter, SessionEventType } from '../../gql/graphql.ts';
import { readFragment } from '../../gql/index.ts';
import { SESSION_CHANGES } from './documents.ts';
import type { Change } from './live-rows.ts';
import { answeredNow, SESSION_ROW, type SessionRow } from './rows.ts';

/** Changes that arrive together are shown together, so that a busy gateway does not draw the list for each. */
const GATHER_MS = 250;

type Options = {
  readonly filter: RealtimeSessionFilter;
  /** The position that came with the list. Undefined until there is one. */
  readonly after: string | undefined;
  readonly withUsage: boolean;
  readonly onChanges: (changes: readonly Change<SessionRow>[]) => void;
};

/** Follows the changes to the sessions of a list. */
export function useChanges({ filter, after, withUsage, onChanges }: Options): StreamState {
  const gathered = useRef<readonly Change<SessionRow>[]>([]);
  const timer = useRef(0);
  const deliver = useRef(onChanges);
  useEffect(() => {
    deliver.current = onChanges;
  });
  // What was gathered is for the list that was asked for, not for the next one.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another position is another list
  useEffect(() => {
    return () => {
      clearTimeout(timer.current);
      timer.current = 0;
      gathered.current = [];
    };
  }, [after]);
  const flush = () => {
    timer.current = 0;
    deliver.current(gathered.current);
    gathered.current = [];
  };
  return useApiSubscription({
    document: SESSION_CHANGES,
    start: after,
    of: withUsage ? 'sessions with usage' : 'sessions',
    variablesAfter: (position) => ({ filter, after: position, withUsage }),
    onEvent: ({ sessionEvents: { id, type, session } }) => {
      const change = { row: answeredNow(readFragment(SESSION_ROW, session)), isNew: settles(type) };
      gathered.current = [...gathered.current, change];
      if (timer.current === 0) timer.current = window.setTimeout(flush, GATHER_MS);
      return id;
    },
  });
}

/** Whether the session has just become one that lists show as settled. */
function settles(type: SessionEventType): boolean {
  return type === 'ISSUED' || type === 'FAILED' || type === 'UNCONFIRMED';
}
