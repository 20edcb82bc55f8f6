import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
  Kind,
  locatedError,
  visit,
} from 'graphql';
import { lackingForField } from '../../graphql/authorization.ts';
import type { Context } from '../../graphql/context.ts';
import type { TextConnection } from '../../graphql/declared-text.ts';
import { createJsonBytes, writeBytes } from '../../graphql/json-bytes.ts';
import type { WrittenResult } from '../graphql/written-result.ts';
import { type CompiledListing, compileListing } from './compile-listing.ts';

type Variables = Readonly<Record<string, unknown>>;

/**
 * Answers with an operation's listing. Null, now or later, when it must be executed as usual: what is selected cannot be
 * written, the caller may not read all of it, or a value is not as expected.
 */
export type ExecuteListing = (
  variables: Variables,
  context: Context,
) => Promise<ExecutionResult | WrittenResult | null> | null;

const BEGIN = Buffer.from('{"data":');
const END = Buffer.from('}');
// A page that is longer is copied once while it is written.
const BYTES_OF_ROW = 700;
const BYTES_BESIDE = 500;

// Each value of a variable of @skip or @include makes another selection.
const MAX_SELECTIONS = 16;

/** Prepares an operation; null when it asks for no listing. */
export function createExecuteListing({
  schema,
  document,
  operationName,
}: Omit<ExecutionArgs, 'contextValue'>): ExecuteListing | null {
  const operation = getOperationAST(document, operationName);
  if (operation == null || !mentionsListing(schema, document)) return null;
  const definitions = operation.variableDefinitions ?? [];
  const deciding = variablesOfDirectives(document);
  const compiled = new Map<string, CompiledListing | null>();

  return (variables, context) => {
    const { coerced } = getVariableValues(schema, definitions, variables);
    if (coerced === undefined) return null;
    const listing = listingOf(coerced);
    if (listing === null || !isAllowed(listing, context)) return null;
    return answer(listing, coerced, context);
  };

  function listingOf(variables: Variables): CompiledListing | null {
    const choice = deciding.map((name) => (variables[name] === true ? '1' : '0')).join('');
    const before = compiled.get(choice);
    if (before !== undefined || operation == null || compiled.size >= MAX_SELECTIONS) return before ?? null;
    const listing = compileListing({ schema, document }, operation, variables);
    compiled.set(choice, listing);
    return listing;
  }
}

async function answer(
  { node, key, listing, argumentsOf, selected, write }: CompiledListing,
  variables: Variables,
  context: Context,
): Promise<ExecutionResult | WrittenResult | null> {
  let connection: TextConnection | null;
  try {
    connection = await listing.read(argumentsOf(variables), context, selected);
  } catch (error) {
    return { data: null, errors: [locatedError(error, node, [key])] };
  }
  if (connection === null) return null;
  try {
    const json = createJsonBytes(BYTES_BESIDE + BYTES_OF_ROW * connection.rows.length);
    writeBytes(json, BEGIN);
    write(json, connection);
    writeBytes(json, END);
    return { json: json.bytes.subarray(0, json.length) };
  } catch {
    return null;
  }
}

function isAllowed({ fields }: CompiledListing, { actor }: Context): boolean {
  return fields.every((field) => lackingForField(actor, field) === null);
}

function mentionsListing(schema: GraphQLSchema, document: DocumentNode): boolean {
  const fields = schema.getQueryType()?.getFields() ?? {};
  let found = false;
  visit(document, {
    Field: ({ name }) => {
      found ||= Object.hasOwn(fields, name.value) && fields[name.value]?.extensions.listing !== undefined;
    },
  });
  return found;
}

/** The variables that @skip and @include name, anywhere in the document. */
function variablesOfDirectives(document: DocumentNode): readonly string[] {
  const names = new Set<string>();
  visit(document, {
    Directive: ({ arguments: given }) => {
      for (const { value } of given ?? []) if (value.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  return [...names];
}
