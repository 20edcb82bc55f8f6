import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { expect, test } from 'vitest';
import { printEnvExample } from '../../scripts/print-env-example.ts';
import { loadConfig, variables } from '../support/config-problems.ts';

const written = readFileSync(join(import.meta.dirname, '../../.env.example'), 'utf8');

test('.env.example is what the schema prints (npm run env-example)', () => {
  expect(written).toBe(printEnvExample());
});

test('every variable is described and commented out, in lines that fit', () => {
  expect(parseEnv(written)).toEqual({});
  const blocks = written.trim().split('\n\n').slice(1);
  expect(blocks).toHaveLength(Object.keys(variables).length);
  for (const block of blocks) expect(block).toMatch(/^(# .{1,98}\n)+#[A-Z_]+=\S*$/);
});

test('uncommenting all of it changes nothing', () => {
  const uncommented = parseEnv(written.replace(/^#(?=[A-Z])/gm, ''));
  expect(Object.keys(uncommented).toSorted()).toEqual(Object.keys(variables).toSorted());
  expect(loadConfig(uncommented)).toEqual(loadConfig({}));
});
