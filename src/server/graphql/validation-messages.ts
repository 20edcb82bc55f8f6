import { type ASTNode, type DocumentNode, GraphQLError, type GraphQLSchema } from 'graphql';
import { literalPath } from './input-path.ts';
import { NOT_NULL, problemOf } from './value-problem.ts';

/** The last of the listed errors when more were found, or when the search for more was ended. */
export const MORE_ERRORS = 'There are more errors than are listed.';

/**
 * Replacements for the messages of graphql-js, which repeat names of the client and suggest names that it did not know.
 * A name in a replacement ($1) is one of the schema. Null keeps the message, because it has no other names. A message that
 * is not listed is replaced by a general one.
 */
const SENTENCES: readonly (readonly [RegExp, string | null])[] = [
  [/^Cannot query field "\w+" on type ("\w+")\./, 'There is no such field on type $1.'],
  [/^Unknown argument "\w+" on (field "[\w.]+"|directive "@\w+")\./, 'There is no such argument on $1.'],
  [/^Unknown type "/, 'There is no such type.'],
  [/^Unknown directive "/, 'There is no such directive.'],
  [/^Unknown fragment "/, 'There is no such fragment in the document.'],
  [/^Variable "\$\w+" is not defined/, 'A variable is used that the operation does not define.'],
  [/^Variable "\$\w+" is never used/, 'A variable is never used.'],
  [/^Variable "\$\w+" cannot be non-input type/, 'A variable cannot be of an output type.'],
  [
    /^Variable "\$\w+" of type ("[\w![\]]+") used in position expecting type ("[\w![\]]+")\.$/,
    'A variable of type $1 is used where $2 is expected.',
  ],
  [/^Fragment "\w+" is never used/, 'A fragment is never used.'],
  [
    /^Fragment( "\w+")? cannot condition on non composite type/,
    'A fragment needs an output type with fields.',
  ],
  [
    /^Fragment(?: "\w+")? cannot be spread here as objects of type ("\w+") can never be of type ("\w+")\.$/,
    'A fragment cannot be spread here: $1 can never be $2.',
  ],
  [/^Cannot spread fragment "/, 'A fragment spreads itself.'],
  [/^Fields "/, 'Fields of one name conflict. Use different aliases.'],
  [
    /^There can be only one (operation|fragment|variable|argument|input field) named "/,
    'There can be only one $1 of a name.',
  ],
  [/^This anonymous operation must be the only defined operation\.$/, null],
  [/^(Field "\w+" of type "[\w![\]]+" must have a selection of subfields\.)/, '$1'],
  [/^Field "\w+" must not have a selection since type "[\w![\]]+" has no subfields\.$/, null],
  [
    /^(Field|Directive) "@?\w+" argument "\w+" of type "[\w![\]]+" is required, but it was not provided\.$/,
    null,
  ],
  [/^Directive "@\w+" may not be used on [A-Z_]+\.$/, null],
  [/^The directive "@\w+" can only be used once at this location\.$/, null],
  [/^The .+ definition is not executable\.$/, 'A document can have only operations and fragments.'],
  [/^(Subscription "\w+"|Anonymous Subscription) must /, 'A subscription must have exactly one field.'],
  [/^GraphQL introspection has been disabled/, 'Introspection is disabled.'],
  [/^Maximum introspection depth exceeded/, null],
  [/^Too many validation errors/, MORE_ERRORS],
  [/^Validation aborted\.$/, 'The document repeats its names too often.'],
];

/** The errors of validation with messages that repeat no values, and no names except those of the schema. */
export function withoutInput(
  schema: GraphQLSchema,
  document: DocumentNode,
  errors: readonly GraphQLError[],
): GraphQLError[] {
  return errors.map(
    (error) =>
      new GraphQLError(messageOf(schema, document, error), {
        nodes: error.nodes ?? null,
        extensions: { code: 'DOCUMENT_INVALID' },
      }),
  );
}

function messageOf(schema: GraphQLSchema, document: DocumentNode, error: GraphQLError): string {
  for (const [pattern, replacement] of SENTENCES) {
    const match = pattern.exec(error.message);
    // Only the match is used: the text behind it may be a suggestion.
    if (match) return replacement === null ? match[0] : match[0].replace(pattern, replacement);
  }
  const node = error.nodes?.[0];
  return node?.kind === 'ObjectField' || node?.kind.endsWith('Value')
    ? valueMessage(schema, document, node, error)
    : 'The document is not valid.';
}

function valueMessage(
  schema: GraphQLSchema,
  document: DocumentNode,
  node: ASTNode,
  error: GraphQLError,
): string {
  // graphql-js blames the object for the null of its only field.
  const field = /^Field "\w+\.(\w+)" must be non-null\.$/.exec(error.message)?.[1];
  const path = literalPath(schema, document, node);
  return field === undefined ? `${path} ${problemOf(error)}` : `${path}.${field} ${NOT_NULL}`;
}
