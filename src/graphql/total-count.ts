import type { BuilderTypes } from './builder.ts';
import type { Count } from './count.ts';
import { BadInputError } from './errors.ts';

export const MAX_COUNT = 1_000_000;

/**
 * The field `totalCount` of a connection.
 * @param entries what is counted, as its description names them
 */
export function totalCountField<Parent extends { readonly count?: Count }>(
  t: PothosSchemaTypes.ObjectFieldBuilder<BuilderTypes, Parent>,
  entries: string,
) {
  return t.int({
    nullable: true,
    description: `The number of ${entries} that match the filter, on all pages together. With upTo, counting stops there. Null, with an error beside it, when counting took too long.`,
    args: {
      upTo: t.arg.int({
        description:
          'Counts no further than this, e.g. 1001 to show "more than 1,000". Counting less is faster.',
      }),
    },
    resolve: ({ count }, { upTo }) => readCount(count, upTo),
  });
}

/** @throws BadInputError, CountTooLongError */
function readCount(count: Count | undefined, upTo: number | null | undefined): Promise<number> {
  if (upTo != null && (upTo < 0 || upTo > MAX_COUNT))
    throw new BadInputError('upTo', `must be from 0 to ${MAX_COUNT}`);
  if (count === undefined) throw new Error('A connection without a count was asked for its totalCount');
  return count(upTo ?? null);
}
