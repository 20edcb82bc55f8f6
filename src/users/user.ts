import type { PolicyOverrides } from '../limits/policy.ts';

/** A person that applications ask for sessions for. */
export type User = {
  readonly id: string;
  /** What the applications call the user; null once erased. */
  readonly externalId: string | null;
  /** When it was first named, or, to an application, when the first of the sessions that it may see was reserved. */
  readonly createdAt: Date;
  readonly suspendedAt: Date | null;
  /** When the last thing that identifies the person was removed. */
  readonly erasedAt: Date | null;
  /** When the newest of the sessions that the viewer may see was reserved; null when there is none. */
  readonly lastSessionAt: Date | null;
  readonly policyOverrides: PolicyOverrides;
};
