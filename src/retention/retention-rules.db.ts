import type pg from 'pg';
import type { SealingKey } from '../sealing/signed.ts';
import { checkpointMonth } from './checkpoint-month.db.ts';
import type { OldPartition } from './find-old-partitions.db.ts';

/** Tables whose months are dropped together. */
export type RetentionRule = {
  readonly name: 'sessions' | 'trail';
  /** Partitioned by month of an id, without a default partition. For each month they are dropped in the order of their names. */
  readonly tables: readonly string[];
  /** How many full months are kept; 1 or more. */
  readonly months: number;
  /** Called before a month is touched. If it throws, this month and all younger ones are left as they are. */
  readonly prepare?: (client: pg.ClientBase, partition: OldPartition) => Promise<void>;
};

/** The tables that are kept as long as sessions. */
export const SESSION_TABLES = ['realtime_call', 'realtime_session', 'usage_record'];

export type RetentionPeriods = {
  /** How long sessions and their usage are kept. */
  readonly months: number;
  /** How long the audit trail is kept; undefined: for good. */
  readonly auditMonths: number | undefined;
  /** The first signs for the months of the trail that are dropped. */
  readonly auditKeys: readonly [SealingKey, ...SealingKey[]];
};

export function retentionRules({ months, auditMonths, auditKeys }: RetentionPeriods): RetentionRule[] {
  const sessions: RetentionRule = { name: 'sessions', tables: SESSION_TABLES, months };
  if (auditMonths === undefined) return [sessions];
  const trail: RetentionRule = {
    name: 'trail',
    // Events before their identities: an event whose identity is missing would look tampered with.
    tables: ['audit_event', 'audit_identity'],
    months: auditMonths,
    prepare: async (client, partition) => {
      if (partition.table === 'audit_event') await checkpointMonth(client, partition, auditKeys);
    },
  };
  return [sessions, trail];
}
