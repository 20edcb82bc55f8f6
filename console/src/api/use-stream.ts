import { useEffect, useRef, useState } from 'react';
import { type AnyVariables, useClient } from 'urql';
import type { TypedDocumentString } from '../gql/graphql.ts';

const RECONNECT_MS = 2_000;

export type StreamState = 'live' | 'reconnecting';

type Options<Data, Variables> = {
  readonly document: TypedDocumentString<Data, Variables>;
  /** What to ask for, to go on after a position. */
  readonly variablesAfter: (position: string) => Variables & AnyVariables;
  /** Where to begin. Undefined: it is not known yet. Another one begins again. */
  readonly start: string | undefined;
  /** Something that makes another stream of it, e.g. a user. */
  readonly of: string | undefined;
  /** @returns the position of the event */
  readonly onEvent: (event: Data) => string;
};

/** Listens to events. When the connection breaks, it goes on after the last one, so that none is missed. */
export function useStream<Data, Variables>(options: Options<Data, Variables>): StreamState {
  const { document, start, of } = options;
  const client = useClient();
  const [state, setState] = useState<StreamState>('live');
  const latest = useRef(options);
  useEffect(() => {
    latest.current = options;
  });

  useEffect(() => {
    if (start === undefined || of === undefined) return;
    const timers = { reconnect: 0, connected: 0 };
    let position = start;
    let stop = () => {};
    const retry = () => {
      stop();
      setState('reconnecting');
      clearTimeout(timers.connected);
      timers.reconnect = window.setTimeout(connect, RECONNECT_MS);
    };
    const connect = () => {
      const { variablesAfter } = latest.current;
      const { unsubscribe } = client
        .subscription<Data, Variables & AnyVariables>(document.toString(), variablesAfter(position))
        .subscribe(({ data, error, hasNext }) => {
          if (data !== undefined) position = latest.current.onEvent(data);
          if (error !== undefined || !hasNext) retry();
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
  }, [client, document, start, of]);
  return state;
}
