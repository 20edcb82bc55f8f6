import { createServer } from 'node:http';
import { openai } from '@ai-sdk/openai';
import { getRequestListener } from '@hono/node-server';
import { Experimental_AbstractRealtimeSession } from 'ai';
import { expect, onTestFinished, test, vi } from 'vitest';
import { realtimeTokenHandler } from '../../client/src/server.ts';
import { clientOf } from '../client/fixture.ts';
import { useDatabase, useGateway } from '../support/fixture.ts';
import { listen } from '../support/listen.ts';

const database = useDatabase();
const gateway = useGateway(database);

test('the AI SDK takes what the handler answers, and connects where it says', async () => {
  const handler = realtimeTokenHandler({ gatehouse: clientOf(gateway), user: () => 'alice' });
  const server = createServer(getRequestListener(handler));
  const port = await listen(server);
  onTestFinished(() => void server.close());

  const opened = Promise.withResolvers<{ url: string; protocols: string[] }>();
  vi.stubGlobal(
    'WebSocket',
    class {
      constructor(url: string, protocols: string[]) {
        opened.resolve({ url, protocols });
      }
      addEventListener() {}
      close() {}
    },
  );
  vi.stubGlobal(
    'AudioContext',
    class {
      state = 'running';
      createGain = () => ({ connect: () => {} });
      close = async () => {};
      resume = async () => {};
    },
  );
  onTestFinished(() => void vi.unstubAllGlobals());

  class Session extends Experimental_AbstractRealtimeSession {
    protected override setState() {}
  }
  const session = new Session({
    model: openai.experimental_realtime('gpt-realtime-2.1'),
    api: { token: `http://127.0.0.1:${port}/api/token` },
    sessionConfig: { voice: 'marin' },
    onError: opened.reject,
  });
  const connecting = session.connect();
  expect(await opened.promise).toEqual({
    url: 'wss://sandbox.invalid/v1/realtime?model=gpt-realtime-2.1',
    protocols: ['realtime', expect.stringMatching(/^openai-insecure-api-key\.ek_/)],
  });
  session.dispose();
  await connecting.catch(() => {});
});
