import type { ActorKind } from '../authorization/actor.ts';
import type { AuditOutcome } from './audit-event.ts';

/** Which audit events are meant: those that fit every field that is given. A list means any of its values. */
export type AuditEventFilter = {
  readonly actions?: readonly string[] | null | undefined;
  readonly outcomes?: readonly AuditOutcome[] | null | undefined;
  readonly userId?: string | null | undefined;
  readonly sessionId?: string | null | undefined;
  /** The application that it concerns, or that did it. */
  readonly applicationId?: string | null | undefined;
  readonly actorKinds?: readonly ActorKind[] | null | undefined;
  readonly requestId?: string | null | undefined;
  readonly from?: Date | null | undefined;
  readonly to?: Date | null | undefined;
};
