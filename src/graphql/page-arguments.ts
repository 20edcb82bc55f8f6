import type { ArgBuilder } from '@pothos/core';
import type { builder } from './builder.ts';

type Types = typeof builder extends PothosSchemaTypes.SchemaBuilder<infer T> ? T : never;

/** The arguments of a listing that can be read both ways. */
export function pageArguments(arg: ArgBuilder<Types>) {
  return {
    first: arg.int({ description: 'Page size: default 20, at most 100.' }),
    after: arg.string({ description: 'Go on after this cursor, e.g. the endCursor of the page before.' }),
    last: arg.int({
      description:
        'Page size when going backwards, at most 100: the entries just before `before`, or the last ones of all.',
    }),
    before: arg.string({ description: 'Go back from this cursor. Not together with first or after.' }),
  };
}
