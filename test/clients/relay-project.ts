import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';

type Step = { readonly owner: GraphQLObjectType; readonly field: GraphQLField<unknown, unknown> };

/** Where a client meets a connection: the fields that lead to it from a type that Relay can fetch again. */
export type ConnectionUse = {
  readonly name: string;
  readonly root: GraphQLObjectType;
  readonly steps: readonly Step[];
  /** "Type.field" of the connection itself. */
  readonly connection: string;
};

/** Every field of the schema whose type is a connection, as "Type.field". */
export function connectionFields(schema: GraphQLSchema): string[] {
  return objectTypes(schema).flatMap((owner) =>
    Object.values(owner.getFields())
      .filter(isConnection)
      .map((field) => `${owner.name}.${field.name}`),
  );
}

/** Every way to a connection from Query or from a node. */
export function connectionUses(schema: GraphQLSchema): ConnectionUse[] {
  return objectTypes(schema)
    .filter((type) => isRefetchable(schema, type))
    .flatMap((root) => usesBelow(schema, root, root, []));
}

function usesBelow(
  schema: GraphQLSchema,
  root: GraphQLObjectType,
  owner: GraphQLObjectType,
  before: readonly Step[],
): ConnectionUse[] {
  return Object.values(owner.getFields()).flatMap((field): ConnectionUse[] => {
    const steps = [...before, { owner, field }];
    if (isConnection(field)) {
      const name = [root.name, ...steps.map((step) => capitalised(step.field.name))].join('');
      return [{ name, root, steps, connection: `${owner.name}.${field.name}` }];
    }
    const type = getNamedType(field.type);
    // A node below is a root of its own; a type that was passed already leads nowhere new.
    if (!isObjectType(type) || isRefetchable(schema, type) || steps.some((step) => step.owner === type))
      return [];
    return usesBelow(schema, root, type, steps);
  });
}

/** Writes a project for relay-compiler into `folder`: for each use a paginated, refetchable fragment and a query. */
export function writeRelayProject(folder: string, sdl: string, uses: readonly ConnectionUse[]): void {
  mkdirSync(join(folder, 'src'), { recursive: true });
  writeFileSync(join(folder, 'schema.graphql'), sdl);
  writeFileSync(
    join(folder, 'relay.config.json'),
    JSON.stringify({ src: './src', schema: './schema.graphql', language: 'typescript' }),
  );
  for (const use of uses) writeFileSync(join(folder, 'src', `${use.name}.ts`), sourceOf(use));
}

/** The documents that the compiler must make of a use. */
export function artifactsOf({ name }: ConnectionUse): string[] {
  return [`${name}_page`, `${name}Query`, `${name}RefetchQuery`].map((document) => `${document}.graphql.ts`);
}

function sourceOf({ name, root, steps }: ConnectionUse): string {
  // What a field insists on becomes a variable, named after the field too: two fields may ask for the same.
  const required = steps.flatMap(({ field }) =>
    field.args.filter(isRequiredArgument).map((arg) => ({ arg, variable: variableOf(field, arg) })),
  );
  const definitions = [
    'count: { type: "Int", defaultValue: 20 }',
    'cursor: { type: "String" }',
    ...required.map(({ arg, variable }) => `${variable}: { type: "${arg.type}" }`),
  ];
  const passed = required.map(({ variable }) => `${variable}: $${variable}`);
  const spread = `...${name}_page${passed.length > 0 ? ` @arguments(${passed.join(', ')})` : ''}`;
  const isQuery = root.name === 'Query';
  const variables = [
    ...(isQuery ? [] : ['$id: ID!']),
    ...required.map(({ arg, variable }) => `$${variable}: ${arg.type}`),
  ];
  return `
import { graphql } from 'relay-runtime';

graphql\`
  fragment ${name}_page on ${root.name}
  @argumentDefinitions(${definitions.join(', ')})
  @refetchable(queryName: "${name}RefetchQuery") { ${selectionOf(name, steps)} }
\`;

graphql\`
  query ${name}Query${variables.length > 0 ? `(${variables.join(', ')})` : ''} {
    ${isQuery ? spread : `node(id: $id) { ${spread} @alias(as: "page") }`}
  }
\`;
`;
}

function selectionOf(name: string, [step, ...rest]: readonly Step[]): string {
  if (step === undefined) return '';
  const { field } = step;
  const args = field.args.filter(isRequiredArgument).map((arg) => `${arg.name}: $${variableOf(field, arg)}`);
  if (rest.length > 0) {
    return `${field.name}${args.length > 0 ? `(${args.join(', ')})` : ''} { ${selectionOf(name, rest)} }`;
  }
  const page = ['first: $count', 'after: $cursor', ...args].join(', ');
  return `${field.name}(${page}) @connection(key: "${name}_${field.name}") { edges { node { __typename } } }`;
}

function objectTypes(schema: GraphQLSchema): GraphQLObjectType[] {
  return Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .filter(({ name }) => !name.startsWith('__'));
}

function isRefetchable(schema: GraphQLSchema, type: GraphQLObjectType): boolean {
  return type === schema.getQueryType() || type.getInterfaces().some(({ name }) => name === 'Node');
}

function isConnection(field: GraphQLField<unknown, unknown>): boolean {
  return getNamedType(field.type).name.endsWith('Connection');
}

function variableOf(field: GraphQLField<unknown, unknown>, arg: GraphQLArgument): string {
  return `${field.name}${capitalised(arg.name)}`;
}

function capitalised(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
