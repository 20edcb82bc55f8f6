import type { DocumentNode, GraphQLSchema } from 'graphql';

/** What a request asks to execute: a valid document, one operation of it, and variables that are not checked yet. */
export type OperationRequest = {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operationName?: string | null | undefined;
  readonly variableValues?: Readonly<Record<string, unknown>> | null | undefined;
};
