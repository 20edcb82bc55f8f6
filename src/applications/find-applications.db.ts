import type pg from 'pg';
import type { Visibility } from '../authorization/visibility.ts';
import { visible } from '../authorization/visible.db.ts';
import { read, sqlParameters } from '../platform/database/statement.ts';
import type { Application } from './application.ts';
import { type ApplicationRow, applicationColumns, toApplication } from './application-row.db.ts';

/** The visible applications with these ids, in no particular order; the others are left out. */
export async function findApplications(
  pool: pg.Pool,
  visibility: Visibility,
  ids: readonly string[],
): Promise<Application[]> {
  const given = sqlParameters();
  const text = `SELECT ${applicationColumns} FROM application AS a
    WHERE a.id = ANY(${given.bind(ids)}::uuid[]) AND ${visible('applications', visibility, given)}`;
  return (await read<ApplicationRow>(pool, text, given)).map(toApplication);
}

/** All visible applications by name. There are as many as a company has programs: no pages are needed. */
export async function listApplications(pool: pg.Pool, visibility: Visibility): Promise<Application[]> {
  const given = sqlParameters();
  const text = `SELECT ${applicationColumns} FROM application AS a
    WHERE ${visible('applications', visibility, given)} ORDER BY a.name`;
  return (await read<ApplicationRow>(pool, text, given)).map(toApplication);
}
