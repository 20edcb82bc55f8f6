import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createSemaphore } from '../../src/issuing/semaphore.ts';

// What HTTP cannot bring about at will: giving back in the very moment in which a wait ends.

const WAIT_MS = 1000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

type Slots = ReturnType<typeof createSemaphore>;

async function taken(slots: Slots): Promise<() => void> {
  const release = await slots.acquire();
  if (release === null) throw new Error('no slot');
  return release;
}

test('never more than its size at a time, in the order of asking', async () => {
  const slots = createSemaphore({ size: 2, queue: 100, waitMs: WAIT_MS });
  const order: number[] = [];
  let running = 0;
  let most = 0;
  const work = async (index: number) => {
    const release = await taken(slots);
    order.push(index);
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setTimeout(resolve, 1 + ((index * 7) % 5)));
    running -= 1;
    release();
  };
  const all = Promise.all(Array.from({ length: 50 }, (_, index) => work(index)));
  await vi.runAllTimersAsync();
  await all;
  expect(order).toEqual(Array.from({ length: 50 }, (_, index) => index));
  expect(most).toBe(2);
  expect([slots.taken(), slots.waiting()]).toEqual([0, 0]);
});

test('without room it refuses at once, and leaves those that wait alone', async () => {
  const slots = createSemaphore({ size: 1, queue: 1, waitMs: WAIT_MS });
  const release = await taken(slots);
  const waiting = slots.acquire();
  expect(await slots.acquire()).toBeNull();
  release();
  expect(await waiting).not.toBeNull();
  expect([slots.taken(), slots.waiting()]).toEqual([1, 0]);
});

test('who waited too long is refused, and its place in the queue and its turn go to others', async () => {
  const slots = createSemaphore({ size: 1, queue: 2, waitMs: WAIT_MS });
  const release = await taken(slots);
  const first = slots.acquire();
  await vi.advanceTimersByTimeAsync(WAIT_MS - 1);
  const second = slots.acquire();
  await vi.advanceTimersByTimeAsync(1);
  expect(await first).toBeNull();
  expect(slots.waiting()).toBe(1);
  release();
  expect(await second).not.toBeNull();
  expect([slots.taken(), slots.waiting()]).toEqual([1, 0]);
});

test('a slot given back in the last moment of a wait is neither lost nor given twice', async () => {
  const slots = createSemaphore({ size: 1, queue: 1, waitMs: WAIT_MS });
  const release = await taken(slots);
  const waiting = slots.acquire();
  setTimeout(release, WAIT_MS);
  await vi.advanceTimersByTimeAsync(WAIT_MS);
  const given = await waiting;
  given?.();
  expect([slots.taken(), slots.waiting()]).toEqual([0, 0]);
  expect(await slots.acquire()).not.toBeNull();
  expect(await Promise.race([slots.acquire(), Promise.resolve('waits')])).toBe('waits');
});

test('with no queue at all', async () => {
  const slots = createSemaphore({ size: 1, queue: 0, waitMs: WAIT_MS });
  const release = await taken(slots);
  expect(await slots.acquire()).toBeNull();
  release();
  expect(await slots.acquire()).not.toBeNull();
});
