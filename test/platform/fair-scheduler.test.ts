import { setImmediate as nextPhase } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createFairScheduler } from '../../src/platform/process/fair-scheduler.ts';

// Who is next is decided by what turns cost, so the clock is one that tests move: each turn takes as long as it says.

function schedulerOf() {
  const clock = { now: 0 };
  const scheduler = createFairScheduler(() => clock.now);
  const order: string[] = [];
  const work = async (key: string, milliseconds: number) => {
    await scheduler.turn(key);
    order.push(key);
    clock.now += milliseconds;
  };
  return { order, work };
}

const times = <T>(count: number, make: () => T) => Array.from({ length: count }, make);

test('a key with many heavy turns delays another by one of them', async () => {
  const { order, work } = schedulerOf();
  await Promise.all([...times(20, () => work('heavy', 50)), work('light', 1), work('light', 1)]);
  expect(order.slice(0, 3).filter((key) => key === 'light')).toHaveLength(2);
  expect(order).toHaveLength(22);
});

test('keys share the time, not the number of turns', async () => {
  const { order, work } = schedulerOf();
  await Promise.all([...times(10, () => work('heavy', 30)), ...times(30, () => work('light', 10))]);
  const heavy = order.slice(0, 20).filter((key) => key === 'heavy').length;
  // Half of the time of the first twenty: five turns of 30 ms each, beside fifteen of 10 ms.
  expect(heavy).toBe(5);
});

test('within a key first come is first served', async () => {
  const clock = { now: 0 };
  const scheduler = createFairScheduler(() => clock.now);
  const order: number[] = [];
  await Promise.all(
    Array.from({ length: 40 }, async (_, index) => {
      await scheduler.turn('one');
      order.push(index);
    }),
  );
  expect(order).toEqual(Array.from({ length: 40 }, (_, index) => index));
});

test('heavy turns let the event loop go on in between', async () => {
  const { order, work } = schedulerOf();
  const all = Promise.all(times(10, () => work('heavy', 50)));
  const seen: number[] = [];
  for (let phase = 0; phase < 10; phase += 1) {
    await nextPhase();
    seen.push(order.length);
  }
  await all;
  // One more in each phase, none of which holds two.
  expect(Math.max(...seen.map((count, index) => count - (seen[index - 1] ?? 0)))).toBe(1);
});

test('who comes late does not get what it did not use before', async () => {
  const { order, work } = schedulerOf();
  const early = Promise.all(times(20, () => work('early', 10)));
  while (order.length < 10) await nextPhase();
  const late = Promise.all(times(10, () => work('late', 10)));
  await Promise.all([early, late]);
  const since = order.slice(10, 20);
  expect(since.filter((key) => key === 'late').length).toBeLessThanOrEqual(6);
});
