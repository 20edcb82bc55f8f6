import { safetyIdentifier } from '../users/safety-identifier.ts';
import { beginCall } from './begin-call.ts';
import type { CallEnd } from './call.ts';
import type { CallProvider, OpenCallOutcome } from './call-provider.ts';
import type { OwnedCall } from './call-store.ts';
import type { OfferOutcome, OfferPorts, TakeOffer } from './offer.ts';
import { unlessUnavailable } from './unless-unavailable.ts';

/** Uses a secret up, and has its call begin. */
export async function takeOffer(
  ports: OfferPorts,
  ...[secret, sdp, clientGone]: Parameters<TakeOffer>
): Promise<OfferOutcome> {
  const { store, owner, bounds, fingerprintKeys, held } = ports;
  if (held.size >= bounds.maxCalls) return { kind: 'full' };
  const fingerprints = secret.isPlausible()
    ? Object.fromEntries(fingerprintKeys.map((key) => [key.id, secret.fingerprint(key)]))
    : {};
  const redeemed = await store.redeem(fingerprints, owner, bounds);
  if (redeemed.kind === 'refused') return { kind: 'secret_refused' };
  const { call } = redeemed;
  held.add(call.id);
  try {
    return await offer(call, sdp, clientGone, ports);
  } catch (error) {
    // It reads UNCERTAIN by itself, or was ended.
    if (!ports.isEnding(call.id)) held.delete(call.id);
    throw error;
  }
}

async function offer(
  call: OwnedCall,
  sdp: string,
  clientGone: AbortSignal,
  ports: OfferPorts,
): Promise<OfferOutcome> {
  const { store, held } = ports;
  const close = async (reason: CallEnd) => {
    held.delete(call.id);
    await unlessUnavailable(() => store.end(call.id, reason));
  };
  if (clientGone.aborted) {
    await close('CLIENT_ENDED');
    return { kind: 'client_gone' };
  }
  const provider = ports.providerOf(call.provider);
  const opened = provider === undefined ? NO_PROVIDER : await askProvider(call, sdp, provider, ports);
  switch (opened.kind) {
    case 'refused':
      await close('UPSTREAM_REFUSED');
      return { kind: 'refused', code: opened.code, retryAfterMs: opened.retryAfterMs };
    case 'uncertain':
      held.delete(call.id);
      await unlessUnavailable(() => store.recordUncertain(call.id));
      return { kind: 'uncertain' };
    case 'opened': {
      const longestCallSeconds = provider?.longestCallSeconds ?? 0;
      return beginCall(call, { ...opened, longestCallSeconds }, clientGone, ports);
    }
    default:
      return opened satisfies never;
  }
}

const NO_PROVIDER: OpenCallOutcome = {
  kind: 'refused',
  code: 'upstream_unavailable',
  ...{ upstreamStatus: null, retryAfterMs: null, retryable: false },
};

async function askProvider(
  call: OwnedCall,
  sdp: string,
  provider: CallProvider,
  { bounds, fingerprintKeys, metrics }: OfferPorts,
): Promise<OpenCallOutcome> {
  const startedAt = performance.now();
  const outcome = await provider.openCall({
    sdp,
    config: call.request,
    // An erased user is nobody, and cannot open calls.
    safetyIdentifier: safetyIdentifier(call.externalUserId ?? call.userId, fingerprintKeys[0]),
    signal: AbortSignal.timeout(bounds.openWithinMs),
  });
  const code = outcome.kind === 'opened' ? '' : outcome.code;
  const labels = { provider: call.provider, outcome: outcome.kind, code };
  metrics.callOffers.observe(labels, (performance.now() - startedAt) / 1000);
  return outcome;
}
