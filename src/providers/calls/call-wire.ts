import type { CallEvent, OpenCallRequest } from '../../calls/call-provider.ts';
import type { CallRequest } from '../../sessions/call-request.ts';
import type { Exchange } from '../exchange-once.ts';

type AnsweredHeaders = Extract<Exchange, { kind: 'answered' }>['headers'];
type Headers = Readonly<Record<string, string>>;

/** How calls are opened and watched at a provider. Nothing else knows its paths and fields. Paths are below the base URL. */
export type CallWire = {
  /** How long the provider lets a call run at most, in seconds. */
  readonly longestCallSeconds: number;
  readonly openPath: string;
  /** The request that opens a call: its headers (without credentials) and body. */
  writeOffer(request: Omit<OpenCallRequest, 'signal'>): { readonly headers: Headers; readonly body: string };
  /** The id in the answer, if there is one; the rest may be missing. `body` is null when it did not come whole. */
  readOpened(headers: AnsweredHeaders, body: Buffer | null): Opened;
  hangUpPath(upstreamCallId: string): string;
  /** Where the side channel is. @param url makes one of a path */
  attachUrl(url: (path: string) => URL, upstreamCallId: string): URL;
  /** What an event of this type tells by its type alone. */
  eventsOfType(type: string): readonly CallEvent[];
  /** Whether more has to be read of an event of this type than its type. */
  isRead(type: string): boolean;
  /** What an event that was read whole tells. Never throws, whatever it holds. */
  readEvent(event: unknown, config: CallRequest): readonly CallEvent[];
};

export type Opened = { readonly upstreamCallId: string | null; readonly sdpAnswer: string | null };

// As ids come, and no path, query or header can be made of one.
const ID = /^[\w.~=-]{1,255}$/;

/** An id that a provider chose, if it looks like one: for the ledger, and for paths. It may have come from anybody. */
export function idOf(value: unknown): string | null {
  return typeof value === 'string' && ID.test(value) && !/^\.+$/.test(value) ? value : null;
}

/** The SDP of an answer, if it is one; else null. */
export function sdpOf(value: string): string | null {
  return /^v=0\r?\n/.test(value) && /^m=audio /m.test(value) ? value : null;
}
