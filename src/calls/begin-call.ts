import type { OpenCallOutcome } from './call-provider.ts';
import type { OwnedCall } from './call-store.ts';
import { type LiveCall, toLiveCall } from './live-call.ts';
import type { OfferOutcome, OfferPorts } from './offer.ts';
import { createRestorer } from './restore-channel.ts';
import { unlessUnavailable } from './unless-unavailable.ts';

export type Opened = Extract<OpenCallOutcome, { kind: 'opened' }> & { readonly longestCallSeconds: number };

/** There is a call: from here on somebody watches it, or it is hung up. */
export async function beginCall(
  call: OwnedCall,
  { sdpAnswer, ...opened }: Opened,
  clientGone: AbortSignal,
  ports: OfferPorts,
): Promise<OfferOutcome> {
  const { store, held, bounds, watch, end, isEnding, hangUp, log } = ports;
  const { upstreamCallId, keyId } = opened;
  const unrecorded: LiveCall = { ...call, upstreamCallId, keyId };
  const recorded = await unlessUnavailable(() => store.recordOpened(call.id, opened));
  const notWatched = (why: string) =>
    log.warn({ callId: call.id, provider: call.provider, why }, 'a call is not watched, and is hung up');
  if (recorded === 'unavailable') {
    notWatched('the ledger is away');
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
  // More than one attempt: its connection may have been one that the provider had just closed.
  const attach = createRestorer(() => ports.attach(live, clientGone), {
    withinMs: bounds.attachFirstWithinMs,
    stopping: clientGone,
  });
  const attached = await attach();
  // Its end was asked for meanwhile.
  const isOver = isEnding(call.id) || !held.has(call.id);
  if (attached.kind === 'attached' && !clientGone.aborted && !isOver) {
    watch(live, attached.channel);
    return { kind: 'opened', id: call.id, sdpAnswer };
  }
  if (attached.kind === 'attached') attached.channel.close();
  if (isOver) return { kind: 'secret_refused' };
  if (clientGone.aborted) {
    await end(live, 'CLIENT_ENDED');
    return { kind: 'client_gone' };
  }
  notWatched(`attaching: ${attached.kind}`);
  await end(live, 'ATTACH_FAILED');
  return { kind: 'not_watched' };
}
