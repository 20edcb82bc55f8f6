import { createServer } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import { listen } from '../support/listen.ts';

/** What a client sent to the realtime API. */
export type Connection = {
  readonly url: string;
  readonly authorization: string;
  readonly events: { type: string }[];
};

export type FakeRealtime = {
  /** As of a provider, e.g. like https://api.openai.com/v1. */
  readonly baseUrl: string;
  readonly connections: readonly Connection[];
  close(): Promise<void>;
};

/** The realtime API's WebSocket: it greets, takes a configuration, and answers each request for a response with the same text. */
export async function startFakeRealtime(): Promise<FakeRealtime> {
  const connections: Connection[] = [];
  const server = createServer();
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket, request) => {
    const events: { type: string }[] = [];
    connections.push({ url: request.url ?? '', authorization: request.headers.authorization ?? '', events });
    send(socket, { type: 'session.created', session: {} });
    socket.on('message', (data) => {
      const event = JSON.parse(data.toString());
      events.push(event);
      if (event.type === 'session.update') send(socket, { type: 'session.updated', session: event.session });
      if (event.type === 'response.create') respond(socket);
    });
  });
  const port = await listen(server);
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    connections,
    close: async () => {
      for (const socket of sockets.clients) socket.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const USAGE = {
  ...{ total_tokens: 30, input_tokens: 20, output_tokens: 10 },
  input_token_details: { text_tokens: 20, audio_tokens: 0, cached_tokens: 0 },
  output_token_details: { text_tokens: 10, audio_tokens: 0 },
};

function respond(socket: WebSocket): void {
  const item = {
    ...{ id: 'item_1', object: 'realtime.item', type: 'message', role: 'assistant', status: 'completed' },
    content: [{ type: 'output_text', text: 'Good morning.' }],
  };
  const response = { id: 'resp_1', object: 'realtime.response', output: [item] };
  const place = { response_id: 'resp_1', item_id: 'item_1', output_index: 0, content_index: 0 };
  send(socket, { type: 'response.created', response: { ...response, status: 'in_progress', output: [] } });
  send(socket, { type: 'response.output_text.done', text: 'Good morning.', ...place });
  send(socket, { type: 'response.output_item.done', response_id: 'resp_1', output_index: 0, item });
  send(socket, { type: 'response.done', response: { ...response, status: 'completed', usage: USAGE } });
}

let number = 0;
function send(socket: WebSocket, event: object): void {
  socket.send(JSON.stringify({ event_id: `event_${number++}`, ...event }));
}
