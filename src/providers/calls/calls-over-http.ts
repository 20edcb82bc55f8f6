import type { Dispatcher } from 'undici';
import type { AttachOutcome, CallProvider, HangUpOutcome, UpstreamCall } from '../../calls/call-provider.ts';
import { createHeartbeat, type Heartbeat } from '../../platform/http-client/heartbeat.ts';
import type { Secret } from '../../platform/redaction/secret.ts';
import { attachOnce } from './attach-once.ts';
import { type CallKey, createCallKeys } from './call-keys.ts';
import type { CallWire } from './call-wire.ts';
import { hangUpOnce } from './hang-up-once.ts';
import { offerOnce } from './offer-once.ts';

// A call whose answer is of no use is ended within it, while somebody waits.
const CLEAN_UP_MS = 5000;

type Headers = Readonly<Record<string, string>>;

export type CallsOptions = {
  readonly wire: CallWire;
  readonly agent: Dispatcher;
  /** A path below the provider's base URL. */
  readonly url: (path: string) => URL;
  /** The longest time for one attempt, in milliseconds, whatever the caller's signal says. */
  readonly timeoutMs: number;
  readonly requestIdHeader: string;
  /** What authorizes requests now. */
  readonly credential: () => Secret | Promise<Secret>;
  /** What authorized them before. */
  readonly previous?: Secret | undefined;
  /** The headers of a request with that credential, in plain. */
  readonly headers: (credential: Secret, safetyIdentifier: string | null) => Headers;
  readonly heartbeat?: Heartbeat | undefined;
};

/** Calls at a provider that speaks `wire`. Side channels are closed by the signals that they were opened with. */
export function callsOverHttp(options: CallsOptions): CallProvider {
  const { wire, agent, url, timeoutMs, requestIdHeader, headers } = options;
  const heartbeat = options.heartbeat ?? createHeartbeat();
  const { longestCallSeconds } = wire;
  const keys = createCallKeys(options.credential, longestCallSeconds, options.previous);

  const hangUpWith = ({ secret }: CallKey, { upstreamCallId }: UpstreamCall, signal: AbortSignal) =>
    hangUpOnce({
      agent,
      url: url(wire.hangUpPath(upstreamCallId)),
      headers: headers(secret, null),
      timeoutMs,
      signal,
    });

  return {
    longestCallSeconds,
    async openCall(request) {
      const key = await keys.current();
      const hangUp = (upstreamCallId: string) =>
        hangUpWith(key, { upstreamCallId, keyId: key.id }, AbortSignal.timeout(CLEAN_UP_MS));
      return offerOnce(
        {
          ...{ agent, wire, key, requestIdHeader, timeoutMs, hangUp },
          url: url(wire.openPath),
          headers: headers(key.secret, request.safetyIdentifier),
        },
        request,
      );
    },
    async attach({ upstreamCallId, keyId, config, signal }) {
      const address = wire.attachUrl(url, upstreamCallId);
      let outcome: AttachOutcome | { readonly kind: 'unauthorized' } = { kind: 'unauthorized' };
      for (const { secret } of await keys.candidates(keyId)) {
        if (outcome.kind !== 'unauthorized') break;
        outcome = await attachOnce({
          ...{ agent, heartbeat, wire, config, signal, timeoutMs },
          url: address,
          headers: { ...headers(secret, null), 'user-agent': 'gatehouse' },
        });
      }
      return outcome.kind === 'unauthorized' ? { kind: 'failed' } : outcome;
    },
    async hangUp({ signal, ...call }) {
      let outcome: HangUpOutcome = { kind: 'failed', upstreamStatus: 401 };
      for (const key of await keys.candidates(call.keyId)) {
        if (outcome.kind === 'ended' || !isUnauthorized(outcome.upstreamStatus)) break;
        outcome = await hangUpWith(key, call, signal);
      }
      return outcome;
    },
  };
}

/** Another key may be taken. */
function isUnauthorized(status: number | null): boolean {
  return status === 401 || status === 403;
}
