import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Tracks the answers of a server that are not finished, and returns a function that lists them. By connection, and not in one
 * Set: a Set to which something is added and deleted for each request is copied every few requests, and what is left of the
 * copies keeps the requests, with all that belongs to them, from being collected while they are young.
 */
export function trackUnfinishedAnswers(server: Server): () => readonly ServerResponse[] {
  const connections = new Map<Socket, ServerResponse[]>();
  server.prependListener('request', ({ socket }, response) => {
    if (socket.destroyed) return;
    const answers = connections.get(socket) ?? begin(socket);
    answers.push(response);
    response.once('close', () => {
      const index = answers.indexOf(response);
      if (index !== -1) answers.splice(index, 1);
    });
  });
  return () => [...connections.values()].flat();

  function begin(socket: Socket): ServerResponse[] {
    const answers: ServerResponse[] = [];
    connections.set(socket, answers);
    socket.once('close', () => connections.delete(socket));
    return answers;
  }
}
