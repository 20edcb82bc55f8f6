import { expect, test } from 'vitest';
import { useFakeCalls } from '../support/calls.ts';
import { useDatabase } from '../support/fixture.ts';
import { survive } from './survive.ts';

// `npm run test:calls` has more of both.
const CALLS = Number(process.env['CALLS'] ?? 30);
const ROUNDS = Number(process.env['ROUNDS'] ?? 1);

const database = useDatabase();
const fake = useFakeCalls();

test('calls survive the death of their gateway: watched by another, ended in time, and metered once', {
  timeout: 60_000 + 60_000 * ROUNDS,
}, async () => {
  const { ends, used, metered, ...survival } = await survive({ database, fake }, CALLS, ROUNDS);
  if (process.env['CALLS'] !== undefined)
    process.stdout.write(`${JSON.stringify({ ...survival, used, metered })}\n`);
  expect(survival).toMatchObject({ calls: CALLS, killed: ROUNDS });
  expect(survival.adopted).toBeGreaterThan(0);
  expect(survival.longestUnwatchedMs).toBeLessThan(10_000);
  expect(survival.atDeadline).toBe(Math.ceil(CALLS / 2));
  expect(survival.latestMs).toBeLessThan(2000);
  expect(ends).toEqual(Array(CALLS).fill(1));
  expect(metered).toEqual(used);
  expect(used.responses).toBeGreaterThan(CALLS);
});
