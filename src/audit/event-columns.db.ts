import { randomBytes } from 'node:crypto';
import { type Actor, type Caller, principalOf, type RequestInfo } from '../authorization/actor.ts';
import { toJsonb } from '../platform/database/to-jsonb.ts';
import { commitmentTo, END_USER, type Identity } from './identity.ts';

/**
 * Columns of audit_event that say who asked and from where; `personal` has those of audit_identity, if any, and
 * `identity` the commitment to them.
 */
export function actorColumns(
  actor: Actor,
  { requestId, ipAddress, userAgent }: RequestInfo,
  reason: string | null = null,
) {
  const { kind, name } = principalOf(actor);
  const isPerson = kind === 'USER';
  return {
    actor_kind: kind,
    ...(isPerson
      ? { actor_name: END_USER }
      : { actor_name: name, ip_address: ipAddress, user_agent: userAgent }),
    ...(actor.kind === 'application'
      ? { actor_application_id: actor.applicationId, actor_api_key_id: actor.apiKeyId }
      : {}),
    request_id: requestId,
    ...(isPerson || reason !== null
      ? identityColumns({
          // New for each event: nothing shows that two commitments are to the same.
          salt: randomBytes(16).toString('hex'),
          actorName: isPerson ? name : null,
          ipAddress: isPerson ? ipAddress : null,
          userAgent: isPerson ? userAgent : null,
          reason,
        })
      : {}),
  };
}

function identityColumns(identity: Identity) {
  const { salt, actorName, ipAddress, userAgent, reason } = identity;
  return {
    identity: commitmentTo(identity),
    personal: { salt, actor_name: actorName, ip_address: ipAddress, user_agent: userAgent, reason },
  };
}

/** Who asked and from where, and why if they said so, as the functions of the ledger take it. */
export function byColumns({ actor, origin }: Caller, reason: string | null = null): string {
  return toJsonb(actorColumns(actor, origin, reason));
}
