import { randomUUID } from 'node:crypto';
import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { errorResult } from './answer.ts';
import { setCommonHeaders } from './common-headers.ts';
import { jsonTypeOf, negotiate } from './negotiate.ts';
import { securityHeaders } from './security-headers.ts';

/**
 * Answers a request that is not HTTP, or that did not arrive in time, and closes its connection.
 * @param last the last answer of the connection that is not finished
 */
export function answerClientError(
  code: string | undefined,
  socket: Duplex,
  last: ServerResponse | undefined,
): void {
  // In the middle of another answer, this one would be read as a part of it.
  const isAnswering = last?.headersSent === true && !last.writableFinished;
  if (!socket.writable || isAnswering || code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const { status, message } = answerFor(code);
  // When the head has arrived, the answer has its headers already, and an entry in the log.
  const begun = last?.headersSent === false ? last : null;
  if (begun !== null) {
    begun.statusCode = status;
    setCommonHeaders(begun);
  }
  const requestId = String(begun?.getHeader('x-request-id') ?? randomUUID());
  const body = JSON.stringify(errorResult({ code: 'BAD_USER_INPUT', message, requestId }));
  const headers = {
    ...securityHeaders,
    'x-request-id': requestId,
    ...begun?.getHeaders(),
    'content-type': `${jsonTypeOf(negotiate(begun?.req.headers.accept))}; charset=utf-8`,
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.end([`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', body].join('\r\n'), () =>
    socket.destroy(),
  );
}

function answerFor(code: string | undefined): { status: number; message: string } {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { status: 408, message: 'The request did not arrive in time.' };
    case 'HPE_HEADER_OVERFLOW':
      return { status: 431, message: 'The headers are too long.' };
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return { status: 413, message: 'The body is too long.' };
    default:
      return { status: 400, message: 'The request is not HTTP.' };
  }
}
