import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { MintedToken } from '../fetch-token.ts';
import {
  type Connection,
  createSessionController,
  type SessionOptions,
  type SessionState,
} from './session-controller.ts';

export type UseRealtimeSession<C extends Connection> = SessionState<C> & {
  /**
   * Mints a client secret and connects with it: for a button. A further call mints nothing: while it connects it gets the same
   * promise, and while it is live one that is resolved. It never rejects: a failure is in `error`. Without a `connect` option it
   * resolves to the token, once; otherwise to undefined.
   */
  readonly connect: () => Promise<MintedToken | undefined>;
  /** Ends what there is: the request for a secret, the attempt to connect, or the connection. */
  readonly disconnect: () => void;
};

/**
 * One realtime connection of a component. Nothing is minted before `connect` is called, whatever React renders or runs
 * twice; when the component goes away it is disconnected. The client secret is handed to `connect` and not kept.
 */
export function useRealtimeSession<C extends Connection = Connection>(
  options: SessionOptions<C>,
): UseRealtimeSession<C> {
  const latest = useRef(options);
  useEffect(() => {
    latest.current = options;
  });
  const [controller] = useState(() => createSessionController(() => latest.current));
  const state = useSyncExternalStore(controller.subscribe, controller.getState, controller.getState);
  useEffect(() => controller.disconnect, [controller]);
  return { ...state, connect: controller.connect, disconnect: controller.disconnect };
}
