import { z } from 'zod';
import { fromUnits, toUnits } from './decimal.ts';

const MOST = 1_000_000_000;
const LARGEST = toUnits(String(MOST)) ?? 0n;

/** A budget in US dollars, as an exact decimal without zeros at its end. 0 allows nothing. */
export const budget = z.string('must be a decimal number as a string').transform((text, context) => {
  const units = toUnits(text);
  if (units !== null && units <= LARGEST) return fromUnits(units);
  context.addIssue({
    code: 'custom',
    message: `must be US dollars from 0 to ${MOST}, with at most 12 digits behind the point`,
  });
  return z.NEVER;
});
