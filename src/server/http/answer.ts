import type { ServerResponse } from 'node:http';
import type { ErrorCode } from '../../graphql/errors.ts';

/** Answers with an error in the form of GraphQL, for requests that do not reach GraphQL. */
export function answerError(
  response: ServerResponse,
  status: number,
  error: { code: ErrorCode; message: string; requestId: string },
): void {
  const { code, message, requestId } = error;
  answerJson(response, status, { errors: [{ message, extensions: { code, requestId } }] });
}

export function answerJson(response: ServerResponse, status: number, body: unknown): void {
  if (response.headersSent || response.destroyed) return;
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': bytes.length,
  });
  response.end(bytes);
}
