import type { AuditAction } from '../audit/actions.ts';
import type { Actor } from '../authorization/actor.ts';
import { SubscriptionEndedError, type SubscriptionEndReason } from './subscriber.ts';
import type { TrailEntry, TrailReader } from './trail.ts';

const KEY_REVOKED = 'api_key.revoked' satisfies AuditAction;

/** The actions after which a key or a person gets nothing more. */
export const REVOKING_ACTIONS: ReadonlySet<string> = new Set<AuditAction>([
  'user.suspended',
  'user.erased',
  KEY_REVOKED,
]);

/** An entry of the trail that takes access from an API key or from a person. */
export type AccessRevocation = {
  /** The id of the entry. */
  readonly id: string;
  readonly apiKeyId: string | null;
  readonly externalUserId: string | null;
};

/** Why a revocation ends the subscriptions of an actor; null if it concerns somebody else. */
export function endReasonOf(
  actor: Actor,
  { apiKeyId, externalUserId }: AccessRevocation,
): SubscriptionEndReason | null {
  if (actor.kind === 'application' && actor.apiKeyId === apiKeyId) return 'credential';
  if (actor.kind === 'user' && actor.externalId === externalUserId) return 'suspended';
  return null;
}

/** Whether an entry revokes the API key of an actor. */
export function revokesKeyOf(actor: Actor, { action, apiKeyId }: TrailEntry): boolean {
  return action === KEY_REVOKED && actor.kind === 'application' && actor.apiKeyId === apiKeyId;
}

/**
 * Lets everybody pass but a person who is suspended now. Applications and operators cannot be suspended.
 * @throws SubscriptionEndedError, UnavailableError
 */
export async function refuseSuspended(trail: TrailReader, actor: Actor): Promise<void> {
  if (actor.kind === 'user' && (await trail.isSuspended(actor.externalId)))
    throw new SubscriptionEndedError('suspended');
}
