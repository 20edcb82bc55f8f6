import type { ActorKind } from '../authorization/actor.ts';
import type { JsonObject } from '../platform/validation/json.ts';

export type AuditOutcome = 'SUCCEEDED' | 'DENIED' | 'FAILED';

/** What happened, as written in the transaction that made it happen. */
export type AuditEvent = {
  readonly id: string;
  /** Its place in the sealed trail; null until it is sealed. */
  readonly sequence: number | null;
  readonly at: Date;
  readonly action: string;
  readonly outcome: AuditOutcome;
  readonly actorKind: ActorKind;
  readonly actorName: string;
  readonly actorApplicationId: string | null;
  readonly actorApiKeyId: string | null;
  readonly actorUserId: string | null;
  /** The application that it concerns, if any. */
  readonly applicationId: string | null;
  readonly userId: string | null;
  readonly sessionId: string | null;
  readonly requestId: string | null;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
  readonly detail: JsonObject;
};
