import type { ActorKind } from '../authorization/actor.ts';
import type { JsonObject } from '../platform/validation/json.ts';

export type AuditOutcome = 'SUCCEEDED' | 'DENIED' | 'FAILED';

/** What happened, written in the transaction that made it happen. */
export type AuditEvent = {
  readonly id: string;
  /** Its number in the sealed trail; null until it is sealed. */
  readonly sequence: number | null;
  readonly at: Date;
  /** An AuditAction, or one that a newer gateway wrote: reading must not fail because of it. */
  readonly action: string;
  readonly outcome: AuditOutcome;
  readonly actorKind: ActorKind;
  readonly actorName: string;
  readonly actorApplicationId: string | null;
  readonly actorApiKeyId: string | null;
  readonly actorUserId: string | null;
  /** The application that it is about, if any. */
  readonly applicationId: string | null;
  readonly userId: string | null;
  readonly sessionId: string | null;
  readonly requestId: string | null;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
  readonly detail: JsonObject;
};
