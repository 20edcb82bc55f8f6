import type pg from 'pg';
import type { Application } from '../domain/records.ts';
import type { Visibility } from '../domain/visibility.ts';
import { type ApplicationRow, applicationColumns, toApplication } from './record-rows.ts';
import { orUnavailable } from './unavailable.ts';
import { visible } from './visible.ts';

/** The visible applications with these ids, in no particular order; the others are left out. */
export async function findApplications(
  pool: pg.Pool,
  visibility: Visibility,
  ids: readonly string[],
): Promise<Application[]> {
  const { sql, values } = visible('applications', visibility, 2);
  const { rows } = await orUnavailable(
    pool.query<ApplicationRow>({
      name: `find-applications ${visibility.reach}`,
      text: `SELECT ${applicationColumns} FROM application AS a WHERE a.id = ANY($1::uuid[]) AND ${sql}`,
      values: [ids, ...values],
    }),
  );
  return rows.map(toApplication);
}

/** All visible applications by name. There are as many as a company has programs: no pages are needed. */
export async function listApplications(pool: pg.Pool, visibility: Visibility): Promise<Application[]> {
  const { sql, values } = visible('applications', visibility, 1);
  const { rows } = await orUnavailable(
    pool.query<ApplicationRow>({
      name: `list-applications ${visibility.reach}`,
      text: `SELECT ${applicationColumns} FROM application AS a WHERE ${sql} ORDER BY a.name`,
      values: [...values],
    }),
  );
  return rows.map(toApplication);
}
