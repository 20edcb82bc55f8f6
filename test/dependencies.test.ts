import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

// What the lock file pins. There is no audit service where this is tested: what is known to be needed is written here.

const lockFile = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      resolved: z.string().optional(),
      // A workspace, which is resolved to its folder.
      link: z.boolean().optional(),
      hasInstallScript: z.boolean().optional(),
    }),
  ),
});
const manifest = z.object({ allowScripts: z.record(z.string(), z.boolean()) });

const read = async (name: string): Promise<unknown> =>
  JSON.parse(await readFile(join(import.meta.dirname, '..', name), 'utf8'));
const { packages } = lockFile.parse(await read('package-lock.json'));
const nameOf = (path: string) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
const copiesOf = (name: string) =>
  Object.entries(packages).flatMap(([path, { version }]) =>
    path.endsWith(`node_modules/${name}`) && version !== undefined ? [version] : [],
  );

describe('every copy is new enough', () => {
  test.each([
    // Quadratic and exponential validation (November 2026).
    ['graphql', '16.15.0'],
    // The rest is what this was built on and tested with.
    ['undici', '8.12.0'],
    ['graphql-yoga', '5.24.0'],
    ['@pothos/core', '4.15.0'],
    ['jose', '6.2.0'],
    ['pg', '8.23.0'],
    ['zod', '4.6.0'],
    ['pino', '10.4.0'],
  ])('%s %s', (name, least) => {
    const copies = copiesOf(name);
    expect(copies).not.toEqual([]);
    for (const version of copies) expect(compare(version, least), version).toBeGreaterThanOrEqual(0);
  });

  test('graphql is one copy, and not of the next major', () => {
    expect(copiesOf('graphql')).toEqual([expect.stringMatching(/^16\./)]);
  });
});

test('only what is allowed to runs a script when it is installed', async () => {
  const { allowScripts } = manifest.parse(await read('package.json'));
  const scripted = Object.entries(packages).flatMap(([path, { hasInstallScript }]) =>
    hasInstallScript ? [nameOf(path)] : [],
  );
  expect(scripted.filter((name) => allowScripts[name] === undefined)).toEqual([]);
});

test.each([
  'package-lock.json',
  'client/tools/package-lock.json',
  'console/tools/package-lock.json',
  'test/clients/package-lock.json',
  'test/prism/package-lock.json',
])('%s names no host to fetch from', async (name) => {
  const locked = lockFile.parse(await read(name));
  expect(
    Object.values(locked.packages).filter(({ resolved, link }) => resolved !== undefined && !link),
  ).toEqual([]);
});

function compare(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split(/[.-]/).slice(0, 3).map(Number));
  for (const [index, part] of (left ?? []).entries()) {
    const difference = part - (right?.[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
