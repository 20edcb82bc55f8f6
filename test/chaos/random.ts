import { createHash } from 'node:crypto';

/** Decisions that a seed repeats. */
export type Random = {
  /** From 0 up to, not including, 1. */
  float(): number;
  /** Both ends included. */
  int(min: number, max: number): number;
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
  weighted<T>(choices: readonly (readonly [weight: number, choice: T])[]): T;
};

/**
 * A stream of decisions of its own for each name: what one client or fault decides does not depend on how fast the
 * others were. (mulberry32; the seed and the name are hashed into its state.)
 */
export function createRandom(seed: number, name: string): Random {
  let state = createHash('sha256').update(`${seed}:${name}`).digest().readUInt32LE();
  const float = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (min: number, max: number) => min + Math.floor(float() * (max - min + 1));
  return {
    float,
    int,
    chance: (probability) => float() < probability,
    pick(list) {
      const picked = list[int(0, list.length - 1)];
      if (picked === undefined) throw new Error('There is nothing to pick from');
      return picked;
    },
    weighted(choices) {
      let left = float() * choices.reduce((sum, [weight]) => sum + weight, 0);
      for (const [weight, choice] of choices) {
        left -= weight;
        if (left < 0) return choice;
      }
      throw new Error('There is nothing to choose from');
    },
  };
}
