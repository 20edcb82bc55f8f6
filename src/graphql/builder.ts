import SchemaBuilder from '@pothos/core';
import RelayPlugin from '@pothos/plugin-relay';
import ScopeAuthPlugin from '@pothos/plugin-scope-auth';
import type { Json } from '../platform/validation/json.ts';
import type { TokenLimit } from '../platform/validation/token-limit.ts';
import { type Conditions, conditionsOf } from './authorization.ts';
import type { Context } from './context.ts';
import { cost } from './cost.ts';
import { ForbiddenError } from './errors.ts';
import { encodeId, NODE_ID } from './ids.ts';
import type { Instant } from './instant.ts';
import type { Count } from './total-count.ts';

type SchemaTypes = {
  Context: Context;
  AuthScopes: Conditions;
  /** What every connection may have beside its edges. */
  Connection: { readonly count?: Count };
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

/** The one builder; each noun's file adds its types to it, and schema.ts turns it into a schema. */
export const builder = new SchemaBuilder<SchemaTypes>({
  // Relay first: scope-auth wraps what it makes.
  plugins: [RelayPlugin, ScopeAuthPlugin],
  defaultFieldNullability: false,
  scopeAuth: {
    authorizeOnSubscribe: true,
    authScopes: ({ actor }) => conditionsOf(actor),
    unauthorizedError: (_parent, _context, { parentType, fieldName }) =>
      new ForbiddenError(`${parentType.name}.${fieldName}`),
  },
  relay: {
    cursorType: 'String',
    encodeGlobalID: encodeId,
    // An id that is malformed, of another type, unknown or not visible is answered alike (node.ts).
    nodeQueryOptions: false,
    nodesQueryOptions: false,
    idFieldOptions: { description: NODE_ID },
    defaultConnectionTypeOptions: { description: 'A page of a listing, and how to go on from it.' },
    defaultEdgeTypeOptions: { description: 'An entry of a listing, with its place in it.' },
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
        'Where this entry stands, for after and before. Opaque; good for this field and order only.',
    },
    pageInfoFieldOptions: {
      description: 'Whether there are more pages, and the cursors to read them with.',
      extensions: cost({ own: 0 }),
    },
    hasNextPageFieldOptions: { description: 'Whether there are entries after this page.' },
    hasPreviousPageFieldOptions: { description: 'Whether there are entries before this page.' },
    startCursorFieldOptions: {
      description:
        'The cursor of the first entry: pass it as before to go back. Null when the page is empty.',
    },
    endCursorFieldOptions: {
      description: 'The cursor of the last entry: pass it as after to go on. Null when the page is empty.',
    },
    nodeTypeOptions: { description: 'Anything that can be found again by its id.' },
    pageInfoTypeOptions: { description: 'Where a page stands in its listing.' },
    edgeCursorType: 'String',
  },
});

/** The types of the builder, for helpers that take one of its parts. */
export type BuilderTypes = typeof builder extends PothosSchemaTypes.SchemaBuilder<infer T> ? T : never;

builder.queryType({
  description:
    'What can be asked. What you may not see is answered like what does not exist: null, or left out of a listing.',
});
builder.mutationType({
  description:
    'What can be changed. An expected refusal is a member of the result, not an error: ask for `__typename`, and for `... on Error { message }` to catch them all. Everything else is an error with `extensions.code` and `extensions.requestId`.',
});
