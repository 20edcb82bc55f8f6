import type { AttachOutcome, OpenCallOutcome } from './call-provider.ts';
import type { OwnedCall } from './call-store.ts';
import { type LiveCall, toLiveCall } from './live-call.ts';
import type { OfferOutcome, OfferPorts } from './offer.ts';
import { unlessUnavailable } from './unless-unavailable.ts';

export type Opened = Extract<OpenCallOutcome, { kind: 'opened' }> & { readonly longestCallSeconds: number };

/** There is a call: from here on somebody watches it, or it is hung up. */
export async function beginCall(
  call: OwnedCall,
  { sdpAnswer, ...opened }: Opened,
  clientGone: AbortSignal,
  ports: OfferPorts,
): Promise<OfferOutcome> {
  const { store, held, attach, watch, end, isEnding, hangUp } = ports;
  const { upstreamCallId, keyId } = opened;
  const unrecorded: LiveCall = { ...call, upstreamCallId, keyId };
  const recorded = await unlessUnavailable(() => store.recordOpened(call.id, opened));
  if (recorded === 'unavailable') {
    await end(unrecorded, 'ATTACH_FAILED');
    return { kind: 'not_watched' };
  }
  const live = recorded === null ? null : toLiveCall(recorded);
  if (live === null) {
    held.delete(call.id);
    await hangUp(unrecorded);
    return { kind: 'secret_refused' };
  }
  if (live.endRequested !== null) {
    await end(live, live.endRequested);
    return { kind: 'secret_refused' };
  }
  const attached = clientGone.aborted ? GONE : await attach(live, clientGone);
  // Its end was asked for meanwhile.
  const isOver = isEnding(call.id) || !held.has(call.id);
  if (attached.kind === 'attached' && !clientGone.aborted && !isOver) {
    watch(live, attached.channel);
    return { kind: 'opened', id: call.id, sdpAnswer };
  }
  if (attached.kind === 'attached') attached.channel.close();
  if (isOver) return { kind: 'secret_refused' };
  await end(live, clientGone.aborted ? 'CLIENT_ENDED' : 'ATTACH_FAILED');
  return { kind: clientGone.aborted ? 'client_gone' : 'not_watched' };
}

const GONE: AttachOutcome = { kind: 'failed' };
