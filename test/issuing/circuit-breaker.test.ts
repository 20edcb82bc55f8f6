import { expect, test } from 'vitest';
import { type AdmittedCall, createCircuitBreaker } from '../../src/issuing/circuit-breaker.ts';

// What HTTP cannot bring about at will: calls that end in another order than they began, and exact times.

const COOL_DOWN_MS = 1000;

function breakerOf(threshold: number, perCaller?: number) {
  const clock = { now: 0 };
  const changes: string[] = [];
  const breaker = createCircuitBreaker({
    threshold,
    perCaller,
    coolDownMs: COOL_DOWN_MS,
    now: () => clock.now,
    onChange: (state) => changes.push(state),
  });
  return { clock, changes, breaker, admitted: () => admittedBy(breaker.admit()) };
}

function admittedBy(call: AdmittedCall | null): AdmittedCall {
  if (call === null) throw new Error('The circuit is open');
  return call;
}

test('opens after failures in a row, and a success begins the count again', () => {
  const { breaker, admitted, changes } = breakerOf(3);
  for (const outcome of ['failed', 'failed', 'succeeded', 'failed', 'failed'] as const) admitted()[outcome]();
  expect(breaker.admit()).not.toBeNull();
  expect(changes).toEqual([]);
  admitted().failed();
  expect(breaker.admit()).toBeNull();
  expect(changes).toEqual(['open']);
});

test('failures of one caller alone do not open it, however many they are', () => {
  const { breaker, admitted } = breakerOf(4, 2);
  for (let index = 0; index < 100; index += 1) admitted().failed('alice');
  admitted().failed('bob');
  expect(breaker.admit()).not.toBeNull();
  admitted().failed('carol');
  expect(breaker.admit()).toBeNull();
});

test('a success begins the count of every caller again', () => {
  const { breaker, admitted } = breakerOf(3, 2);
  for (let index = 0; index < 2; index += 1) admitted().failed('alice');
  admitted().succeeded();
  for (const caller of ['alice', 'alice', 'bob']) {
    expect(breaker.admit()).not.toBeNull();
    admitted().failed(caller);
  }
  expect(breaker.admit()).toBeNull();
});

test('an abandoned call neither counts as a failure nor as a success', () => {
  const { breaker, admitted } = breakerOf(2);
  admitted().failed();
  for (let index = 0; index < 10; index += 1) admitted().abandoned();
  expect(breaker.admit()).not.toBeNull();
  admitted().failed();
  expect(breaker.admit()).toBeNull();
});

test('after the cool-down exactly one call probes; its failure starts another cool-down, its success closes', () => {
  const { clock, breaker, admitted, changes } = breakerOf(1);
  admitted().failed();
  clock.now = COOL_DOWN_MS - 1;
  expect(breaker.admit()).toBeNull();

  clock.now = COOL_DOWN_MS;
  const first = admitted();
  clock.now += 100 * COOL_DOWN_MS;
  expect(breaker.admit()).toBeNull();
  first.failed();
  clock.now += COOL_DOWN_MS - 1;
  expect(breaker.admit()).toBeNull();
  clock.now += 1;
  const second = admitted();
  expect(breaker.admit()).toBeNull();
  second.succeeded();
  expect(breaker.admit()).not.toBeNull();
  // Told once each: the failed probe changed nothing for those who watch.
  expect(changes).toEqual(['open', 'closed']);
});

test('an abandoned probe leaves the next call to probe, without another cool-down', () => {
  const { clock, breaker, admitted } = breakerOf(1);
  admitted().failed();
  clock.now = COOL_DOWN_MS;
  admitted().abandoned();
  admitted();
  expect(breaker.admit()).toBeNull();
});

test.each(['succeeded', 'failed', 'abandoned'] as const)(
  'a call from before the circuit opened that ends while a probe is under way (%s) lets no second probe through',
  (outcome) => {
    const { clock, breaker, admitted } = breakerOf(1);
    const early = admitted();
    admitted().failed();
    clock.now = COOL_DOWN_MS;
    const probe = admitted();
    early[outcome]();
    clock.now += COOL_DOWN_MS;
    expect(breaker.admit()).toBeNull();
    probe.succeeded();
    expect(breaker.admit()).not.toBeNull();
  },
);

test('calls of the outage that end after the recovery do not open the circuit again', () => {
  const { clock, breaker, admitted, changes } = breakerOf(3);
  const calls = Array.from({ length: 10 }, admitted);
  for (const call of calls.slice(0, 3)) call.failed();
  clock.now = COOL_DOWN_MS;
  admitted().succeeded();
  for (const call of calls.slice(3)) call.failed();
  expect(breaker.admit()).not.toBeNull();
  expect(changes).toEqual(['open', 'closed']);
});
