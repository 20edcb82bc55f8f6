import type { JsonObject } from '../platform/validation/json.ts';
import type { CallRequest } from '../sessions/call-request.ts';

/**
 * What a provider can do with calls: open one by an SDP offer, watch it from the side, hang it up. Implemented in
 * src/providers, a file per wire. No word, item or audio of a conversation passes through here: events are narrowed to
 * ids, numbers and times before they leave the implementation. None of the functions throws because of upstream.
 */
export type CallProvider = {
  /** How long the provider lets a call run at most, in seconds. */
  readonly longestCallSeconds: number;
  /** Makes exactly one attempt to open a call. It is never repeated: there is no way to find out whether a call was made. */
  openCall(request: OpenCallRequest): Promise<OpenCallOutcome>;
  /** Opens the side channel of a call. May be called again for the same call, after it closed or by another gateway. */
  attach(request: AttachRequest): Promise<AttachOutcome>;
  /** Ends a call: one attempt. Hanging up twice is allowed. */
  hangUp(request: HangUpRequest): Promise<HangUpOutcome>;
};

export type OpenCallRequest = {
  /** The browser's offer, as it came; its length and form have been checked. */
  readonly sdp: string;
  /** What the call is configured with: what the session was asked for. It has no credentials. */
  readonly config: CallRequest;
  /** Keyed hash of the end user's id, as mints send it. */
  readonly safetyIdentifier: string;
  /** Ends the attempt. An attempt that was ended after the request had been sent is `uncertain`. */
  readonly signal: AbortSignal;
};

/** Why there is no call, or why nobody knows. Stable codes; upstream's prose is dropped. */
export type OpenCallFailureCode =
  | 'upstream_unreachable'
  | 'upstream_rejected'
  | 'upstream_authentication'
  | 'upstream_rate_limited'
  | 'upstream_quota_exhausted'
  | 'upstream_unavailable'
  | 'upstream_error'
  | 'upstream_timeout'
  | 'upstream_connection_lost'
  | 'upstream_answer_invalid';

type NotOpened = {
  readonly code: OpenCallFailureCode;
  /** The HTTP status; null when there was no answer. */
  readonly upstreamStatus: number | null;
  /** How long upstream asks to wait, in milliseconds, at most a day; null when it did not say. */
  readonly retryAfterMs: number | null;
};

export type OpenCallOutcome =
  | {
      readonly kind: 'opened';
      /** The provider's id of the call, to attach to it and to hang it up. At most 255 visible ASCII characters. */
      readonly upstreamCallId: string;
      /** Names the provider's key that opened the call. Only that key, or its successor in the same project, can end it. */
      readonly keyId: string;
      readonly sdpAnswer: string;
    }
  /** There is no call. */
  | (NotOpened & { readonly kind: 'refused'; readonly retryable: boolean })
  /** There may be a call that nobody can address: no answer in time, or one without an id. */
  | (NotOpened & { readonly kind: 'uncertain' });

/** Which call, and the key that opened it: `keyId` as openCall answered it. */
export type UpstreamCall = { readonly upstreamCallId: string; readonly keyId: string };

export type AttachRequest = UpstreamCall & {
  /** What the call was opened with. A `configured` event names what differs from it. */
  readonly config: CallRequest;
  /** Ends the attempt, or closes the side channel once it is open. The call goes on. */
  readonly signal: AbortSignal;
};

export type AttachOutcome =
  | { readonly kind: 'attached'; readonly channel: SideChannel }
  /** The provider does not know the call (any more), or not by this key: it has ended. */
  | { readonly kind: 'gone' }
  /** The attempt failed, or was ended by the signal. The call may go on. */
  | { readonly kind: 'failed' };

/**
 * The side channel of a call that is watched. Iterating yields events in the order in which they came, and ends after
 * `closed`. One reader; what it has not read is kept within a bound, beyond which the channel closes itself (not clean).
 */
export type SideChannel = AsyncIterable<CallEvent> & {
  /** Closes the channel without ending the call. */
  close(): void;
};

/** What a side channel tells of a call. Everything else that comes over the wire is dropped unparsed. */
export type CallEvent =
  /** Somebody began or stopped to speak, or an answer began, goes on or ended. Microphone frames do not count. */
  | { readonly kind: 'activity' }
  /**
   * What a response or a transcription used. The same one may come twice, and late.
   */
  | {
      readonly kind: 'usage';
      readonly of: 'response' | 'transcription';
      /** The provider's id: of the response (resp_…), or of the transcribed item. */
      readonly responseId: string;
      /** The provider's usage object, and nothing else of the event. */
      readonly usage: JsonObject;
    }
  /** What the whole call is billed for so far, in seconds. The most that was told counts: attaching again may tell less. */
  | { readonly kind: 'billed_seconds'; readonly seconds: number }
  /** The config was changed by the browser, or answered. */
  | {
      readonly kind: 'configured';
      /** Fields that were asked for and are now something else, by their names on the wire, sorted. Empty: none. */
      readonly changedFields: readonly string[];
      /** When the provider will end the call; null when it did not say. */
      readonly expiresAt: Date | null;
    }
  | CallClosed;

/**
 * The last event. `ended`: the provider said that the call is over. Otherwise it may go on, even after a clean close:
 * attaching again tells.
 */
export type CallClosed = {
  readonly kind: 'closed';
  readonly code: number;
  readonly clean: boolean;
  readonly ended: boolean;
  /** The provider said that the client left. */
  readonly byClient?: true;
};

export type HangUpRequest = UpstreamCall & { readonly signal: AbortSignal };

export type HangUpOutcome =
  /** The call is over: by this hang-up, or because there is none of that id any more. */
  | { readonly kind: 'ended' }
  /** Nobody knows: no answer in time, or an error. Try again. */
  | { readonly kind: 'failed'; readonly upstreamStatus: number | null };
