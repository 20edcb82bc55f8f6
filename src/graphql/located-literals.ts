import { GraphQLError, type GraphQLSchema, isScalarType, isSpecifiedScalarType } from 'graphql';

/**
 * Lets the errors of our scalars say where in the document a literal is that they refuse. Pothos gives a scalar one function for
 * literals and variables, which does not know the document.
 */
export function withLocatedLiterals(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isScalarType(type) || isSpecifiedScalarType(type)) continue;
    const { parseLiteral } = type;
    type.parseLiteral = (node, variables) => {
      try {
        return parseLiteral(node, variables);
      } catch (error) {
        if (!(error instanceof GraphQLError)) throw error;
        throw new GraphQLError(error.message, { nodes: node, originalError: error });
      }
    };
  }
  return schema;
}
