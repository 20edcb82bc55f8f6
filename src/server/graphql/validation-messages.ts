import { type ASTNode, BREAK, type DocumentNode, GraphQLError, visit } from 'graphql';

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
  [/^Field "\w+" is not defined by type ("\w+")\./, 'There is no such field on input type $1.'],
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
  [/^Field "[\w.]+" of required type "[\w![\]]+" was not provided\.$/, null],
  [/^Field "[\w.]+" must be non-null\.$/, null],
  [/^OneOf Input Object "\w+" must specify exactly one key\.$/, null],
  [/^Directive "@\w+" may not be used on [A-Z_]+\.$/, null],
  [/^The directive "@\w+" can only be used once at this location\.$/, null],
  [/^GraphQL introspection has been disabled/, 'Introspection is disabled.'],
  [/^Maximum introspection depth exceeded/, null],
  [/^Too many validation errors/, MORE_ERRORS],
  [/^Validation aborted\.$/, 'The document repeats its names too often.'],
];

/** The errors of validation with messages that repeat no values, and no names except those of the schema. */
export function withoutInput(document: DocumentNode, errors: readonly unknown[]): GraphQLError[] {
  return errors
    .filter((error) => error instanceof GraphQLError)
    .map(
      (error) =>
        new GraphQLError(messageOf(document, error), {
          nodes: error.nodes ?? null,
          extensions: { code: 'DOCUMENT_INVALID' },
        }),
    );
}

function messageOf(document: DocumentNode, error: GraphQLError): string {
  for (const [pattern, replacement] of SENTENCES) {
    const match = pattern.exec(error.message);
    // Only the match is used: the text behind it may be a suggestion.
    if (match) return replacement === null ? match[0] : match[0].replace(pattern, replacement);
  }
  const node = error.nodes?.[0];
  if (node?.kind.endsWith('Value')) return `${pathOf(document, node) || 'A value'} has an invalid value.`;
  return 'The document is not valid.';
}

/** The argument and input fields of a value, e.g. "input.voice". Validation reaches a value only if the schema has them. */
function pathOf(document: DocumentNode, wanted: ASTNode): string {
  const path: string[] = [];
  visit(document, {
    enter(node) {
      if (node.kind === 'Argument' || node.kind === 'ObjectField') path.push(node.name.value);
      return node === wanted ? BREAK : undefined;
    },
    leave(node) {
      if (node.kind === 'Argument' || node.kind === 'ObjectField') path.pop();
    },
  });
  return path.join('.');
}
