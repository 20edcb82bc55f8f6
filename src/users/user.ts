import type { PolicyOverrides } from '../limits/policy.ts';

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
