import type { PolicyOverrides } from '../limits/policy.ts';

/** A registered caller. */
export type Application = {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Date;
  readonly policyOverrides: PolicyOverrides;
};
