import type { UpstreamCall } from './call-provider.ts';
import type { OwnedCall } from './call-store.ts';

/** A call that the provider has made: it can be watched and hung up. */
export type LiveCall = OwnedCall & UpstreamCall;

/** Null: the provider has not made it, as far as the ledger knows. */
export function toLiveCall(call: OwnedCall): LiveCall | null {
  const { upstreamCallId, keyId } = call;
  return upstreamCallId === null || keyId === null ? null : { ...call, upstreamCallId, keyId };
}
