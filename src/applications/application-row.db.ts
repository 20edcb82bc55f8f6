import { type PolicyColumns, policyColumns, toOverrides } from '../limits/policy-row.db.ts';
import type { Application } from './application.ts';

export type ApplicationRow = PolicyColumns & {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Date;
};

export const applicationColumns = `id, name, created_at AS "createdAt", ${policyColumns}`;

/** An application as the domain knows it, out of a row of ours or of Prisma's. */
export function toApplication(row: ApplicationRow): Application {
  const { id, name, createdAt } = row;
  return { id, name, createdAt, policyOverrides: toOverrides(row) };
}
