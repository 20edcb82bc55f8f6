import type pg from 'pg';
import type { Finding } from './finding.ts';
import type { SealingKey } from './seal.ts';

export type VerifyOptions = {
  readonly pool: pg.Pool;
  readonly keys: readonly SealingKey[];
  /** As the sealer has it. */
  readonly overlapMs: number;
  /** Files of heads that left the database. */
  readonly headsFiles: readonly string[];
  /** Batches that were sealed in that time; all without it. */
  readonly span: Span;
  readonly onFinding: (finding: Finding) => void;
  readonly onProgress: (sequence: number, last: number) => void;
};

/** A time of sealing, half-open: both as text, null for no end. */
export type Span = { readonly from: string | null; readonly to: string | null };
