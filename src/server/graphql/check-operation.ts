import { type DocumentNode, type GraphQLError, getOperationAST, Kind } from 'graphql';
import { requestInvalid } from './check-parameters.ts';

/** The error of a request that does not say which operation to execute, or may not execute it by its method; otherwise null. */
export function checkOperation(
  document: DocumentNode,
  operationName: string | null | undefined,
  method: string,
): GraphQLError | null {
  const operation = getOperationAST(document, operationName);
  if (operation != null)
    return operation.operation === 'mutation' && method === 'GET'
      ? requestInvalid('A mutation is sent by POST.', 405, { allow: 'POST' })
      : null;
  if (!document.definitions.some(({ kind }) => kind === Kind.OPERATION_DEFINITION))
    return requestInvalid('The document has no operation.');
  return requestInvalid(
    operationName == null
      ? 'The document has several operations: operationName must name one of them.'
      : 'The document has no operation of the name in operationName.',
  );
}
