import { isStorable } from '../platform/validation/text.ts';
import type { Context } from './context.ts';
import { BadInputError } from './errors.ts';
import { type Instant, millisecondsOf } from './instant.ts';

type PeriodArguments = {
  readonly from: Instant;
  readonly to: Instant;
  readonly timeZone?: string | null | undefined;
};

/**
 * Checks the time that a report is about, and the zone in which its hours, days and months begin.
 * @param prefix what precedes the names of its arguments in messages, e.g. "filter."
 * @throws BadInputError naming the argument that cannot be used
 */
export async function readPeriod(prefix: string, time: PeriodArguments, { reader }: Pick<Context, 'reader'>) {
  const from = millisecondsOf(time.from);
  const to = millisecondsOf(time.to);
  if (to < from) throw new BadInputError(`${prefix}to`, 'must not be before from');
  const zone = time.timeZone ?? 'UTC';
  if (zone !== 'UTC' && (!isStorable(zone) || !(await reader.isTimeZone(zone))))
    throw new BadInputError(`${prefix}timeZone`, 'must be an IANA time zone, e.g. "Europe/Amsterdam"');
  return { from, to, timeZone: zone };
}
