import { type Instant, millisecondsOf } from '../platform/validation/instant.ts';
import type { Context } from './context.ts';
import { BadInputError } from './errors.ts';

type PeriodArguments = {
  readonly from: Instant;
  readonly to: Instant;
  readonly timeZone?: string | null | undefined;
};

/**
 * Checks the time that a report is about, and the zone in which its hours, days and months begin.
 * @param prefix what precedes the names of its arguments in messages, e.g. "filter."
 * @returns the period, with the database's name of the zone, and the zone as it was named
 * @throws BadInputError naming the argument that cannot be used
 */
export async function readPeriod(prefix: string, time: PeriodArguments, { reader }: Pick<Context, 'reader'>) {
  const from = millisecondsOf(time.from);
  const to = millisecondsOf(time.to);
  if (to < from) throw new BadInputError(`${prefix}to`, 'must not be before from');
  const timeZone = time.timeZone ?? 'UTC';
  const zone = await reader.findTimeZone(timeZone);
  if (zone === null)
    throw new BadInputError(`${prefix}timeZone`, 'must be an IANA time zone, e.g. "Europe/Amsterdam"');
  return { timeZone, period: { from, to, timeZone: zone } };
}
