import SchemaBuilder from '@pothos/core';
import RelayPlugin from '@pothos/plugin-relay';
import ScopeAuthPlugin from '@pothos/plugin-scope-auth';
import type { Json } from '../domain/json.ts';
import type { TokenLimit } from '../domain/session-config.ts';
import { type Conditions, conditionsOf } from './authorization.ts';
import type { Context } from './context.ts';
import { ForbiddenError } from './errors.ts';
import { encodeId } from './ids.ts';

export type SchemaTypes = {
  Context: Context;
  AuthScopes: Conditions;
  DefaultFieldNullability: false;
  DefaultEdgesNullability: { list: false; items: false };
  DefaultNodeNullability: false;
  Scalars: {
    ID: { Input: string; Output: string };
    DateTime: { Input: Date; Output: Date };
    JSON: { Input: Json; Output: Json };
    TokenLimit: { Input: TokenLimit; Output: TokenLimit };
  };
};

/** The one builder; each noun's file adds its types to it, and schema.ts turns it into a schema. */
export const builder = new SchemaBuilder<SchemaTypes>({
  // Relay first: scope-auth wraps what it makes.
  plugins: [RelayPlugin, ScopeAuthPlugin],
  defaultFieldNullability: false,
  scopeAuth: {
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
    edgesFieldOptions: { nullable: { list: false, items: false } },
    nodeFieldOptions: { nullable: false },
    nodesOnConnection: { description: 'The nodes of the edges.' },
    nodeTypeOptions: { description: 'Anything that can be found again by its id.' },
    pageInfoTypeOptions: { description: 'Where a page stands in its listing.' },
    edgeCursorType: 'String',
  },
});

builder.queryType({ description: 'What can be asked.' });
builder.mutationType({ description: 'What can be changed.' });
