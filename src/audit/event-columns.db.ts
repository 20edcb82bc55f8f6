import { randomBytes } from 'node:crypto';
import { type Actor, type Caller, principalOf, type RequestInfo } from '../authorization/actor.ts';
import { toJsonb } from '../platform/database/to-jsonb.ts';
import { commitmentTo, END_USER, type Identity } from './identity.ts';

/**
 * The columns of audit_event for who asked and from where. If that identifies a person, `personal` has the columns of
 * audit_identity, and `identity` the commitment to them.
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
          // New for each event, so that two commitments to the same person differ.
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

/** Who asked, from where, and why if a reason was given, as JSON: the `by` of the database functions. */
export function callerJson({ actor, origin }: Caller, reason: string | null = null): string {
  return toJsonb(actorColumns(actor, origin, reason));
}
