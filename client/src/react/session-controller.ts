import type { MintedToken } from '../fetch-token.ts';

export type MintOptions = {
  /** Aborted by disconnect, and when the component goes away. */
  readonly signal: AbortSignal;
  /** Of this connect: send it along, so that a request that is sent twice mints once. */
  readonly idempotencyKey: string;
};

export type ConnectOptions = {
  readonly signal: AbortSignal;
  readonly url?: string | undefined;
  readonly sessionId?: string | undefined;
  /** To be called when the connection ends by itself. */
  readonly onEnd: () => void;
};

export type Connection = { close(): void };

export type SessionOptions<C extends Connection> = {
  /** Gets a client secret from your backend. It is asked only by connect. */
  readonly mint: (options: MintOptions) => Promise<MintedToken>;
  /** Opens the connection. Without it `live` means that connect has resolved to the token. */
  readonly connect?: ((token: string, options: ConnectOptions) => Promise<C> | Promise<void>) | undefined;
  /** Called when the client secret expires before it is disconnected. A connection that is open stays open. */
  readonly onExpire?: (() => void) | undefined;
};

export type SessionStatus = 'idle' | 'minting' | 'connecting' | 'live' | 'ended' | 'failed';

/** What a component shows. The client secret is not in it. */
export type SessionState<C extends Connection> = {
  readonly status: SessionStatus;
  /** Why it failed. */
  readonly error: unknown;
  /** When the client secret expires, in seconds since 1970. */
  readonly expiresAt: number | null;
  /** What `connect` resolved to, while it is live. */
  readonly session: C | null;
};

export type SessionController<C extends Connection> = {
  getState(): SessionState<C>;
  subscribe(listener: () => void): () => void;
  connect(): Promise<MintedToken | undefined>;
  disconnect(): void;
};

const IDLE = { status: 'idle', error: null, expiresAt: null, session: null } as const;
/** The longest that a timer can wait, in milliseconds. */
const LONGEST_WAIT = 2 ** 31 - 1;

/** One attempt at a connection, from connect to its end. */
type Attempt<C extends Connection> = {
  readonly abort: AbortController;
  /** Of what is under way. Once it is over nothing here holds the secret. */
  result: Promise<MintedToken | undefined>;
  connection?: C;
  expiry?: ReturnType<typeof setTimeout>;
};

/**
 * The state of one connection, which is made by `connect` and by nothing else.
 * @param options asked at each connect, so that they can change in between
 */
export function createSessionController<C extends Connection>(
  options: () => SessionOptions<C>,
): SessionController<C> {
  let state: SessionState<C> = IDLE;
  let current: Attempt<C> | undefined;
  const listeners = new Set<() => void>();

  const setState = (next: SessionState<C>) => {
    state = next;
    for (const listener of listeners) listener();
  };
  /** Ends the attempt, if it has not ended before. */
  const end = (attempt: Attempt<C>, status: 'ended' | 'failed', error: unknown) => {
    if (current !== attempt) return;
    current = undefined;
    clearTimeout(attempt.expiry);
    attempt.abort.abort();
    setState({ status, error, expiresAt: null, session: null });
    attempt.connection?.close();
  };

  const run = async (attempt: Attempt<C>): Promise<MintedToken | undefined> => {
    const { mint, connect, onExpire } = options();
    const { signal } = attempt.abort;
    try {
      setState({ ...IDLE, status: 'minting' });
      const minted = await mint({ signal, idempotencyKey: crypto.randomUUID() });
      if (current !== attempt) return undefined;
      const { token, url, expiresAt, sessionId } = minted;
      setState({ ...IDLE, status: connect === undefined ? 'live' : 'connecting', expiresAt });
      const waitMs = Math.min(Math.max(expiresAt * 1000 - Date.now(), 0), LONGEST_WAIT);
      attempt.expiry = setTimeout(() => {
        if (state.status === 'connecting')
          end(attempt, 'failed', new Error('The client secret expired before the connection was open'));
        onExpire?.();
      }, waitMs);
      if (connect === undefined) return minted;

      const onEnd = () => end(attempt, 'ended', null);
      const connection = (await connect(token, { signal, url, sessionId, onEnd })) ?? undefined;
      if (current !== attempt) {
        // It was disconnected meanwhile, and whoever opened this does not know.
        connection?.close();
        return undefined;
      }
      if (connection !== undefined) attempt.connection = connection;
      setState({ status: 'live', error: null, expiresAt, session: connection ?? null });
    } catch (error) {
      end(attempt, 'failed', error);
    }
    return undefined;
  };

  return {
    getState: () => state,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    connect: () => {
      if (current !== undefined) return current.result;
      const { promise, resolve } = Promise.withResolvers<MintedToken | undefined>();
      const attempt: Attempt<C> = { abort: new AbortController(), result: promise };
      current = attempt;
      const settle = () => {
        attempt.result = Promise.resolve(undefined);
      };
      resolve(run(attempt).finally(settle));
      return promise;
    },
    disconnect: () => {
      if (current !== undefined) end(current, 'ended', null);
    },
  };
}
