import { type ASTNode, BREAK, type DocumentNode, GraphQLError, visit } from 'graphql';

// These quote names of the schema only.
const SAFE =
  /^(Field "[\w.]+" of required type "[\w![\]]+" was not provided\.|OneOf Input Object "\w+" must specify exactly one key\.|Field "[\w.]+" must be non-null\.)$/;

/**
 * Validation's errors, fit to be shown. graphql-js repeats literal values in its messages, and a value may
 * be a secret: what concerns a value names its field instead.
 */
export function withoutValues(document: DocumentNode, errors: readonly unknown[]): GraphQLError[] {
  return errors
    .filter((error) => error instanceof GraphQLError)
    .map((error) => {
      const node = error.nodes?.[0];
      const concernsValue = node?.kind.endsWith('Value') && !SAFE.test(error.message);
      const message =
        node && concernsValue
          ? `${pathOf(document, node) || 'A value'} has an invalid value.`
          : error.message;
      return new GraphQLError(message, {
        nodes: error.nodes ?? null,
        extensions: { code: 'DOCUMENT_INVALID' },
      });
    });
}

/** The argument and input fields that lead to a value, e.g. "input.voice". */
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
