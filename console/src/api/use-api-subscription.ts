import { useContext, useEffect, useRef, useState } from 'react';
import type { TypedDocumentString } from '../gql/graphql.ts';
import { ApiContext } from './client.ts';
import { follow, type StreamState } from './follow.ts';

type Options<Data, Variables> = {
  readonly document: TypedDocumentString<Data, Variables>;
  /** What to ask for, to go on after a position. */
  readonly variablesAfter: (position: string) => Variables & Record<string, unknown>;
  /** Where to begin, as `eventsAfter` says. Undefined: it is not known yet, or nothing is listened to. Another one begins again. */
  readonly start: string | undefined;
  /** Something that makes another stream of it, e.g. a user. */
  readonly of: string | undefined;
  /** @returns the position of the event */
  readonly onEvent: (event: Data) => string;
};

/** Listens to events while the component is mounted, across breaks of the connection, without missing one. */
export function useApiSubscription<Data, Variables>(options: Options<Data, Variables>): StreamState {
  const { document, start, of } = options;
  const events = useContext(ApiContext)?.events;
  const [state, setState] = useState<StreamState>('connecting');
  const latest = useRef(options);
  useEffect(() => {
    latest.current = options;
  });
  useEffect(() => {
    if (events === undefined || start === undefined || of === undefined) return;
    return follow<Data>(events, {
      query: document.toString(),
      variablesAfter: (position) => latest.current.variablesAfter(position),
      start,
      onEvent: (event) => latest.current.onEvent(event),
      onState: setState,
    });
  }, [events, document, start, of]);
  return state;
}
