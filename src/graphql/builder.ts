import SchemaBuilder from '@pothos/core';
import RelayPlugin from '@pothos/plugin-relay';
import type { Instant } from '../platform/validation/instant.ts';
import type { Json } from '../platform/validation/json.ts';
import type { TokenLimit } from '../platform/validation/token-limit.ts';
import type { Context } from './context.ts';
import type { Count } from './count.ts';
import { cost } from './declared-cost.ts';
import { encodeId, NODE_ID } from './ids.ts';

type SchemaTypes = {
  Context: Context;
  /** What a connection may have in addition to its edges. */
  Connection: { readonly count?: Count; readonly eventsAfter?: string | null };
  DefaultFieldNullability: false;
  DefaultEdgesNullability: { list: false; items: false };
  DefaultNodeNullability: false;
  Scalars: {
    ID: { Input: string; Output: string };
    DateTime: { Input: Instant; Output: Date };
    JSON: { Input: Json; Output: Json };
    Decimal: { Input: string; Output: string };
    SafeInt: { Input: number; Output: number };
    TokenLimit: { Input: TokenLimit; Output: TokenLimit };
  };
};

/** The one builder. The other files add their types to it, and schema.ts makes the schema of it. */
export const builder = new SchemaBuilder<SchemaTypes>({
  plugins: [RelayPlugin],
  defaultFieldNullability: false,
  relay: {
    cursorType: 'String',
    encodeGlobalID: encodeId,
    // node.ts has its own: it answers ids that are malformed, unknown or not visible in the same way.
    nodeQueryOptions: false,
    nodesQueryOptions: false,
    idFieldOptions: { description: NODE_ID },
    defaultConnectionTypeOptions: {
      description: 'A page of a listing, with the cursors to read other pages.',
    },
    defaultEdgeTypeOptions: { description: 'An entry of a listing, with its cursor.' },
    edgesFieldOptions: {
      nullable: { list: false, items: false },
      description: 'The entries of this page, each with its cursor.',
      extensions: cost({ list: 1 }),
    },
    nodeFieldOptions: { nullable: false, description: 'The entry itself.' },
    nodesOnConnection: {
      description: 'The entries of this page, without their cursors.',
      extensions: cost({ list: 1 }),
    },
    cursorFieldOptions: {
      description:
        'The position of this entry, to be passed as after or before. Opaque. It is valid for this field and this order only.',
    },
    pageInfoFieldOptions: {
      description: 'Whether there are more pages, and the cursors to read them with.',
      extensions: cost({ own: 0 }),
    },
    hasNextPageFieldOptions: { description: 'Whether there are entries after this page.' },
    hasPreviousPageFieldOptions: { description: 'Whether there are entries before this page.' },
    startCursorFieldOptions: {
      description:
        'The cursor of the first entry. Pass it as before to read the previous page. Null when the page is empty.',
    },
    endCursorFieldOptions: {
      description:
        'The cursor of the last entry. Pass it as after to read the next page. Null when the page is empty.',
    },
    nodeTypeOptions: { description: 'An object that can be read by its id.' },
    pageInfoTypeOptions: { description: 'The position of a page in its listing.' },
    edgeCursorType: 'String',
  },
});

/** The types of the builder, for helpers that take one of its parts. */
export type BuilderTypes = typeof builder extends PothosSchemaTypes.SchemaBuilder<infer T> ? T : never;

builder.queryType({
  description:
    'The queries. A record that you may not see is answered like one that does not exist: it is null, or missing in a listing.',
});
builder.mutationType({
  description:
    'The changes. An expected refusal is a member of the result, not an error of the request: select `__typename`, and `... on Error { message }` to handle all of them. Everything else is an error with `extensions.code` and `extensions.requestId`. A selection of fields that you may not read is refused before anything is changed, with the code FORBIDDEN and the scopes (and the reach EVERYTHING) that you lack in `extensions.needs`.',
});
