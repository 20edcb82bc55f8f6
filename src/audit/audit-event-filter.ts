import type { ActorKind } from '../authorization/actor.ts';
import type { Instant } from '../platform/validation/instant.ts';
import type { AuditOutcome } from './audit-event.ts';

/** An audit event matches when it satisfies every field that is set; a list is satisfied by any of its values. */
export type AuditEventFilter = {
  readonly actions?: readonly string[] | null | undefined;
  readonly outcomes?: readonly AuditOutcome[] | null | undefined;
  readonly userId?: string | null | undefined;
  readonly sessionId?: string | null | undefined;
  /** The application that the event is about, or that acted. */
  readonly applicationId?: string | null | undefined;
  readonly actorKinds?: readonly ActorKind[] | null | undefined;
  readonly requestId?: string | null | undefined;
  readonly from?: Instant | null | undefined;
  readonly to?: Instant | null | undefined;
};
