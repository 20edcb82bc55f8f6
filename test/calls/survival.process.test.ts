import { expect, test } from 'vitest';
import { useFakeCalls } from '../support/calls.ts';
import { useDatabase } from '../support/fixture.ts';
import { survive } from './survive.ts';

const CALLS = Number(process.env['CALLS']);
const ROUNDS = Number(process.env['ROUNDS']);

// What is promised.
const UNWATCHED_MS = 10_000;
const LATE_MS = 2000;

const database = useDatabase();
const fake = useFakeCalls();

test('calls survive the death of their gateway: watched by another, ended in time, and metered once', {
  timeout: 60_000 + 60_000 * ROUNDS,
}, async () => {
  const { ends, used, metered, ...survival } = await survive({ database, fake }, CALLS, ROUNDS);
  process.stdout.write(
    [
      `${survival.calls} calls, ${survival.killed} gateways killed, ${survival.adopted} calls adopted`,
      `longest unwatched ${survival.longestUnwatchedMs} ms (less than ${UNWATCHED_MS})`,
      `latest ${survival.latestMs} ms beyond its deadline (less than ${LATE_MS}), of ${survival.atDeadline} ended there`,
      `${ends.filter((times) => times === 1).length} of ${ends.length} ended exactly once in the trail`,
      `${metered.responses} responses and ${metered.tokens} tokens metered, ${used.responses} and ${used.tokens} used\n`,
    ].join('; '),
  );
  expect(survival).toMatchObject({ calls: CALLS, killed: ROUNDS });
  expect(survival.adopted).toBeGreaterThan(0);
  expect(survival.longestUnwatchedMs).toBeLessThan(UNWATCHED_MS);
  expect(survival.atDeadline).toBe(Math.ceil(CALLS / 2));
  expect(survival.latestMs, survival.logOfLatest.join('\n')).toBeLessThan(LATE_MS);
  expect(ends).toEqual(Array(CALLS).fill(1));
  expect(metered).toEqual(used);
  expect(used.responses).toBeGreaterThan(CALLS);
});
