import type { Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

export type UnfinishedAnswers = {
  readonly all: () => readonly ServerResponse[];
  /** The last one of a connection. */
  readonly lastOf: (socket: Duplex) => ServerResponse | undefined;
};

const trackers = new WeakMap<Server, UnfinishedAnswers>();

/**
 * Tracks the answers of a server that are not finished, from the first call on. By connection, and not in one
 * Set: a Set to which something is added and deleted for each request is copied every few requests, and what is left of the
 * copies keeps the requests, with all that belongs to them, from being collected while they are young.
 */
export function unfinishedAnswers(server: Server): UnfinishedAnswers {
  const tracker = trackers.get(server) ?? track(server);
  trackers.set(server, tracker);
  return tracker;
}

function track(server: Server): UnfinishedAnswers {
  const connections = new Map<Duplex, ServerResponse[]>();
  server.prependListener('request', ({ socket }, response) => {
    if (socket.destroyed) return;
    const answers = connections.get(socket) ?? begin(socket);
    answers.push(response);
    response.once('close', () => {
      const index = answers.indexOf(response);
      if (index !== -1) answers.splice(index, 1);
    });
  });
  return {
    all: () => [...connections.values()].flat(),
    lastOf: (socket) => connections.get(socket)?.at(-1),
  };

  function begin(socket: Duplex): ServerResponse[] {
    const answers: ServerResponse[] = [];
    connections.set(socket, answers);
    socket.once('close', () => connections.delete(socket));
    return answers;
  }
}
