import type { ArgBuilder, InputFieldMap } from '@pothos/core';
import { MAX_PAGE_SIZE } from '../platform/database/page.ts';
import type { BuilderTypes } from './builder.ts';
import { cost, type PageSize } from './declared-cost.ts';
import type { DeclaredListing } from './declared-text.ts';

export const DEFAULT_PAGE: PageSize = { size: 20, most: MAX_PAGE_SIZE };

/** Options of a field that is read page by page, forward only: its arguments and its cost. */
export function forwardPages(arg: ArgBuilder<BuilderTypes>, page = DEFAULT_PAGE) {
  return { args: forwardArguments(arg, page), extensions: cost({ page }) };
}

/** The same for a field that is read in both directions and has other arguments, too. `listing` reads it as rows of text. */
export function pagesBothWays<Other extends InputFieldMap>(
  arg: ArgBuilder<BuilderTypes>,
  other: Other,
  listing?: DeclaredListing,
) {
  const { size, most } = DEFAULT_PAGE;
  return {
    args: {
      ...other,
      ...forwardArguments(arg, DEFAULT_PAGE),
      last: arg.int({
        description: `The size of a page that is read backward: the last entries before \`before\`, or the last ones of all. Default ${size}, at most ${most}.`,
      }),
      before: arg.string({
        description:
          'Returns the entries before this cursor, e.g. the startCursor of the page that you have. It cannot be combined with first or after.',
      }),
    },
    extensions: { ...cost({ page: DEFAULT_PAGE }), ...(listing === undefined ? {} : { listing }) },
  };
}

function forwardArguments(arg: ArgBuilder<BuilderTypes>, { size, most }: PageSize) {
  return {
    first: arg.int({ description: `The page size. Default ${size}, at most ${most}.` }),
    after: arg.string({
      description: 'Returns the entries after this cursor, e.g. the endCursor of the page before.',
    }),
  };
}
