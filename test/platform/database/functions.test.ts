import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  functionChanges,
  readFunctionFiles,
  readMigratedFunctions,
} from '../../../scripts/function-files.ts';
import { createDatabase } from '../../support/database.ts';
import { functionDrift } from '../../support/function-drift.ts';

const ROOT = join(import.meta.dirname, '../../..');

describe('the files of the database functions', () => {
  it('have the text that the migrations leave; otherwise run: npm run migration', async () => {
    const files = await readFunctionFiles(ROOT);
    expect(files.size).toBeGreaterThan(20);
    expect(functionChanges(files, await readMigratedFunctions(ROOT))).toEqual([]);
  });

  it('define every function of a migrated database as it is', async () => {
    expect(await driftAfter('SELECT 1')).toEqual([]);
  });

  it.each([
    [
      'a body differs',
      `CREATE OR REPLACE FUNCTION end_erasure(of_user uuid) RETURNS SETOF end_user
       LANGUAGE plpgsql AS $$ BEGIN RETURN; END $$`,
      ['end_erasure(uuid) differs'],
    ],
    [
      'a body in SQL differs',
      `CREATE OR REPLACE FUNCTION uuidv7_floor(at timestamptz) RETURNS uuid
       LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN NULL::uuid`,
      ['uuidv7_floor(timestamp with time zone) differs'],
    ],
    [
      'a setting differs',
      'ALTER FUNCTION reserve_session(jsonb) RESET plan_cache_mode',
      ['reserve_session(jsonb) differs'],
    ],
    [
      'whose rights it has differs',
      'ALTER FUNCTION erase_identities(uuid, integer) SECURITY INVOKER',
      ['erase_identities(uuid,integer) differs'],
    ],
    [
      'the result differs',
      `DROP FUNCTION end_erasure; CREATE FUNCTION end_erasure(of_user uuid) RETURNS integer LANGUAGE sql RETURN 1`,
      ['src/users/end-erasure.sql does not replace its function', 'end_erasure(uuid) has no file'],
    ],
    ['one is missing', 'DROP FUNCTION end_erasure', ['end_erasure(uuid) is not in the database']],
    [
      'one is added',
      'CREATE FUNCTION extra() RETURNS integer LANGUAGE sql RETURN 1',
      ['extra() has no file'],
    ],
    [
      'one has the name of another',
      'CREATE FUNCTION sum_usage() RETURNS integer LANGUAGE sql RETURN 1',
      ['sum_usage() has no file'],
    ],
  ])('are found to differ when %s', async (_, change, drift) => {
    expect(await driftAfter(change)).toEqual(drift);
  });
});

async function driftAfter(change: string): Promise<string[]> {
  const database = await createDatabase();
  onTestFinished(() => database.drop());
  await database.query(`SET ROLE gatehouse_owner; ${change}`);
  return functionDrift(database);
}
