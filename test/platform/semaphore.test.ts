import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createShares } from '../../src/platform/database/database-shares.ts';
import {
  createSemaphore,
  type Semaphore,
  type SemaphoreOptions,
} from '../../src/platform/process/semaphore.ts';

// What HTTP cannot bring about at will: releasing in the very moment in which a wait ends, and who is served next.

const WAIT_MS = 1000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function semaphoreOf(options: Partial<SemaphoreOptions>): Semaphore {
  const { size = 1 } = options;
  return createSemaphore({ size, sizePerKey: size, queue: 100, waitMs: WAIT_MS, ...options });
}

async function acquired(semaphore: Semaphore, key = 'a'): Promise<() => void> {
  const release = await semaphore.acquire(key);
  if (release === null) throw new Error('no permit');
  return release;
}

test('never more than its size at a time, in the order of asking', async () => {
  const semaphore = semaphoreOf({ size: 2 });
  const order: number[] = [];
  let running = 0;
  let most = 0;
  const work = async (index: number) => {
    const release = await acquired(semaphore);
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
  expect([semaphore.taken(), semaphore.waiting()]).toEqual([0, 0]);
});

test('without room it refuses at once, and leaves those that wait alone', async () => {
  const semaphore = semaphoreOf({ queue: 1 });
  const release = await acquired(semaphore);
  const waiting = semaphore.acquire('a');
  expect(await semaphore.acquire('a')).toBeNull();
  release();
  expect(await waiting).not.toBeNull();
  expect([semaphore.taken(), semaphore.waiting()]).toEqual([1, 0]);
});

test('who waited too long is refused, and its place in the queue and its turn go to others', async () => {
  const semaphore = semaphoreOf({ queue: 2 });
  const release = await acquired(semaphore);
  const first = semaphore.acquire('a');
  await vi.advanceTimersByTimeAsync(WAIT_MS - 1);
  const second = semaphore.acquire('a');
  await vi.advanceTimersByTimeAsync(1);
  expect(await first).toBeNull();
  expect(semaphore.waiting()).toBe(1);
  release();
  expect(await second).not.toBeNull();
  expect([semaphore.taken(), semaphore.waiting()]).toEqual([1, 0]);
});

test('a permit released in the last moment of a wait is neither lost nor given twice', async () => {
  const semaphore = semaphoreOf({ queue: 1 });
  const release = await acquired(semaphore);
  const waiting = semaphore.acquire('a');
  setTimeout(release, WAIT_MS);
  await vi.advanceTimersByTimeAsync(WAIT_MS);
  const given = await waiting;
  given?.();
  expect([semaphore.taken(), semaphore.waiting()]).toEqual([0, 0]);
  expect(await semaphore.acquire('a')).not.toBeNull();
  expect(await Promise.race([semaphore.acquire('a'), Promise.resolve('waits')])).toBe('waits');
});

test('with no queue at all', async () => {
  const semaphore = semaphoreOf({ queue: 0 });
  const release = await acquired(semaphore);
  expect(await semaphore.acquire('a')).toBeNull();
  release();
  expect(await semaphore.acquire('a')).not.toBeNull();
});

describe('fair shares', () => {
  /** Has these keys wait in this order behind `a`, and releases one permit after the other. @returns who was served */
  async function servedOf(semaphore: Semaphore, keys: string): Promise<string> {
    let release = await acquired(semaphore);
    let served = '';
    const waits = [...keys].map(async (key) => {
      const next = await semaphore.acquire(key);
      if (next === null) return;
      served += key;
      release = next;
    });
    for (const _ of keys) {
      release();
      await vi.advanceTimersByTimeAsync(0);
    }
    await Promise.all(waits);
    return served;
  }

  test('keys take turns, and within a key first come is first served', async () => {
    expect(await servedOf(semaphoreOf({}), 'aaaabbc')).toBe('bcabaaa');
  });

  test('when the queue is full, the key with most waiters gives up its youngest to a key with fewer', async () => {
    const semaphore = semaphoreOf({ queue: 4 });
    await acquired(semaphore);
    const waits = ['a', 'a', 'a', 'a', 'b', 'b', 'b'].map((key) => semaphore.acquire(key));
    // Two of each are left: another of either would be more than its share.
    await vi.advanceTimersByTimeAsync(0);
    const settled = await Promise.all(waits.map((wait) => Promise.race([wait, Promise.resolve('waits')])));
    expect(settled).toEqual(['waits', 'waits', null, null, 'waits', 'waits', null]);
    expect(semaphore.waiting()).toBe(4);
  });

  test('one key never has more permits than one key may have, and the rest is for others', async () => {
    const semaphore = semaphoreOf({ size: 4, sizePerKey: 3 });
    const releases = await Promise.all(['a', 'a', 'a'].map((key) => acquired(semaphore, key)));
    const fourth = semaphore.acquire('a');
    expect(await Promise.race([fourth, Promise.resolve('waits')])).toBe('waits');
    const other = await acquired(semaphore, 'b');
    other();
    // What is free again is still not for the one that has its share.
    expect(await Promise.race([fourth, Promise.resolve('waits')])).toBe('waits');
    releases[0]?.();
    expect(await fourth).not.toBeNull();
  });

  test('nothing is remembered of keys that neither hold nor wait', async () => {
    const semaphore = semaphoreOf({ queue: 1 });
    for (let index = 0; index < 100; index += 1) (await acquired(semaphore, `key-${index}`))();
    const release = await acquired(semaphore, 'a');
    const waiting = semaphore.acquire('b');
    // Two keys that are refused, and have nothing afterwards.
    expect(await semaphore.acquire('c')).toBeNull();
    await vi.advanceTimersByTimeAsync(WAIT_MS);
    expect(await waiting).toBeNull();
    release();
    expect([semaphore.taken(), semaphore.waiting()]).toEqual([0, 0]);
  });
});

test('one slow listing keeps nobody waiting longer than until the next one was fast', async () => {
  const scheduler = { turn: () => Promise.resolve() };
  const { listings } = createShares({ pool: new pg.Pool(), poolSize: 10, timeoutMs: WAIT_MS, scheduler })(
    'a',
  );
  const reading = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  const slow = listings(() => reading(300));
  await vi.advanceTimersByTimeAsync(300);
  await slow;

  const order: number[] = [];
  const list = (index: number) =>
    listings(() => {
      order.push(index);
      return reading(10);
    });
  const early = Array.from({ length: 10 }, (_, index) => list(index));
  await vi.advanceTimersByTimeAsync(9);
  expect(order).toEqual([0]);
  await vi.advanceTimersByTimeAsync(2);
  expect(order).toEqual([0, 1, 2, 3, 4]);
  const late = Array.from({ length: 5 }, (_, index) => list(10 + index));
  await vi.runAllTimersAsync();
  await Promise.all([...early, ...late]);
  // Nobody overtakes those that waited.
  expect(order).toEqual(Array.from({ length: 15 }, (_, index) => index));
});
