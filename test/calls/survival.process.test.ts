import { expect, test } from 'vitest';
import { useFakeCalls } from '../support/calls.ts';
import { useDatabase } from '../support/fixture.ts';
import { survive } from './survive.ts';

// By `npm run test:calls` alone, which says how many: it takes a minute and a half.
const isAsked = process.env['CALLS'] !== undefined;
const CALLS = Number(process.env['CALLS']);
const ROUNDS = Number(process.env['ROUNDS']);

const database = useDatabase();
const fake = useFakeCalls();

test.runIf(isAsked)(
  'calls survive the death of their gateway: watched by another, ended in time, and metered once',
  {
    timeout: 60_000 + 60_000 * ROUNDS,
  },
  async () => {
    const { ends, used, metered, ...survival } = await survive({ database, fake }, CALLS, ROUNDS);
    process.stdout.write(`${JSON.stringify({ ...survival, used, metered })}\n`);
    expect(survival).toMatchObject({ calls: CALLS, killed: ROUNDS });
    expect(survival.adopted).toBeGreaterThan(0);
    expect(survival.longestUnwatchedMs).toBeLessThan(10_000);
    expect(survival.atDeadline).toBe(Math.ceil(CALLS / 2));
    expect(survival.latestMs).toBeLessThan(2000);
    expect(ends).toEqual(Array(CALLS).fill(1));
    expect(metered).toEqual(used);
    expect(used.responses).toBeGreaterThan(CALLS);
  },
);
