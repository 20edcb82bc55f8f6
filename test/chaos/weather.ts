import type { Behaviour } from '../support/fake-upstream.ts';
import type { Random } from './random.ts';

export type Weather = {
  /** What the provider does with the next call. */
  behaviour(): Behaviour;
  /** Until it is called off, hardly anything succeeds: long enough, and circuits open. */
  storm(on: boolean): void;
};

const error = (status: number, code: string | null = null): Behaviour => ({
  kind: 'answer',
  status,
  body: { error: { message: 'As told by the weather', type: 'error', param: null, code } },
});

/** A provider that mostly works, by a seeded schedule: it also fails, stalls, resets, and mints too late. */
export function createWeather(random: Random, upstreamTimeoutMs: number): Weather {
  let stormy = false;
  const late = (): Behaviour => ({ kind: 'latency', ms: random.int(1, 2 * upstreamTimeoutMs) });
  const troubles: readonly (readonly [number, () => Behaviour])[] = [
    [4, late],
    [2, () => ({ kind: 'stall' })],
    [2, () => ({ kind: 'stallInBody' })],
    [3, () => ({ kind: 'reset' })],
    [3, () => ({ kind: 'resetInBody' })],
    [2, () => ({ kind: 'html' })],
    [2, () => ({ kind: 'large', kilobytes: 300 })],
    [3, () => error(500)],
    [2, () => error(503)],
    [2, () => error(429, 'rate_limit_exceeded')],
    [2, () => error(400, 'model_not_found')],
  ];
  return {
    behaviour() {
      if (random.chance(stormy ? 0.98 : 0.15)) return random.weighted(troubles)();
      return { kind: 'latency', ms: random.int(0, 120) };
    },
    storm: (on) => {
      stormy = on;
    },
  };
}
