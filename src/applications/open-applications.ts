import type pg from 'pg';
import { createApplicationStore } from './application-store.db.ts';
import type { ApplicationStore } from './application-store.ts';

type Parts = {
  readonly pool: pg.Pool;
  /** Called when something was committed to the audit trail that subscribers depend on. */
  readonly onCommitted: () => void;
};

/** Applications and their API keys. */
export function openApplications({ pool, onCommitted }: Parts): { readonly applications: ApplicationStore } {
  return { applications: createApplicationStore(pool, onCommitted) };
}
