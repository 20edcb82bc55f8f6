import { type AccessRevocation, REVOKING_ACTIONS } from './access-revocation.ts';
import type { SessionEvent } from './session-event.ts';
import type { TrailEntry, TrailReader } from './trail.ts';

/** An entry of the trail as subscriptions get it. Both are null for an entry that concerns none of them. */
export type Delivery = {
  readonly id: string;
  readonly event: SessionEvent | null;
  readonly revocation: AccessRevocation | null;
};

/** Reads the sessions and users that entries are about, once for all subscriptions. @throws UnavailableError */
export async function loadDeliveries(
  trail: TrailReader,
  entries: readonly TrailEntry[],
): Promise<readonly Delivery[]> {
  const events = new Map((await trail.readSessionEvents(entries)).map((event) => [event.id, event]));
  const revocations = entries.filter(isRevocation);
  const externalIds = await trail.readExternalIds(revocations.flatMap(({ userId }) => userId ?? []));
  return entries.map((entry) => ({
    id: entry.id,
    event: events.get(entry.id) ?? null,
    revocation: isRevocation(entry)
      ? {
          id: entry.id,
          apiKeyId: entry.apiKeyId,
          externalUserId: externalIds.get(entry.userId ?? '') ?? null,
        }
      : null,
  }));
}

function isRevocation({ action }: TrailEntry): boolean {
  return REVOKING_ACTIONS.has(action);
}
