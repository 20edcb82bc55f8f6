import type { Client } from 'graphql-sse';

/** `connecting`: for the first time. `reconnecting`: what happens is not shown until it is live again. */
export type StreamState = 'connecting' | 'live' | 'reconnecting';

export type Stream<Data> = {
  readonly query: string;
  /** What to ask for, to go on after a position. */
  readonly variablesAfter: (position: string) => Record<string, unknown>;
  /** Where to begin, as `eventsAfter` says. */
  readonly start: string;
  /** @returns the position of the event */
  readonly onEvent: (event: Data) => string;
  readonly onState: (state: StreamState) => void;
};

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8_000;
/** A connection that was open for so long was a good one. */
const GOOD_MS = 10_000;

/**
 * Listens to events. When the connection breaks, it says so at once, and goes on after the last event, so that none is missed.
 * @returns the function that stops it
 */
export function follow<Data>(
  events: Client,
  { query, variablesAfter, start, onEvent, onState }: Stream<Data>,
): () => void {
  let position = start;
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stop = connect();
  addEventListener('offline', lose);
  addEventListener('online', retryNow);
  return () => {
    removeEventListener('offline', lose);
    removeEventListener('online', retryNow);
    clearTimeout(timer);
    stop();
  };

  function connect(): () => void {
    let openedAt: number | null = null;
    let over = false;
    const unsubscribe = events.subscribe<Data>(
      { query, variables: variablesAfter(position) },
      {
        next: ({ data, errors }) => {
          if (over) return;
          if (data != null) position = onEvent(data);
          if (errors !== undefined) fail();
        },
        error: fail,
        complete: fail,
      },
      {
        connected: () => {
          if (over) return;
          openedAt = Date.now();
          onState('live');
        },
      },
    );
    return end;

    function end() {
      over = true;
      unsubscribe();
    }

    function fail() {
      if (over) return;
      end();
      if (openedAt !== null && Date.now() - openedAt > GOOD_MS) failures = 0;
      onState('reconnecting');
      const wait = Math.min(FIRST_WAIT_MS * 2 ** failures, LONGEST_WAIT_MS);
      failures += 1;
      // Not all at the same time, when the gateway comes back.
      timer = setTimeout(retry, wait * (1 + Math.random() / 4));
    }
  }

  function retry() {
    stop = connect();
  }

  /** The browser knows that there is no network before the connection does. */
  function lose() {
    stop();
    clearTimeout(timer);
    onState('reconnecting');
  }

  function retryNow() {
    lose();
    failures = 0;
    retry();
  }
}
