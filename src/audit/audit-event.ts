import type { PolicyOverrides } from '../limits/policy.ts';
import type { JsonObject } from '../platform/validation/json.ts';

/** A person, known by the identifier that the applications use; null once erased. */
export type User = {
  readonly id: string;
  readonly externalId: string | null;
  readonly createdAt: Date;
  readonly suspendedAt: Date | null;
  /** Since when nothing that identifies the person is left. */
  readonly erasedAt: Date | null;
  /** When the newest of the sessions that the reader sees was reserved; null when there is none. */
  readonly lastSessionAt: Date | null;
  readonly policyOverrides: PolicyOverrides;
};

/** A registered caller. */
export type Application = {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Date;
  readonly policyOverrides: PolicyOverrides;
};

export type ActorKind = 'APPLICATION' | 'USER' | 'OPERATOR' | 'SYSTEM';
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
