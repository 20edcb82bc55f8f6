import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import express from 'express';
import { Window } from 'happy-dom';
import { act, createElement, StrictMode } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createGatehouse, fetchToken, type MintedToken } from '../../client/src/index.ts';
import { type SessionOptions, type UseRealtimeSession, useRealtimeSession } from '../../client/src/react.ts';
import { realtimeTokenHandler } from '../../client/src/server.ts';
import { use, useDatabase, useGateway } from '../support/fixture.ts';
import { ROOT_KEY } from '../support/gateway.ts';
import { listen } from '../support/listen.ts';

const database = useDatabase();
const gateway = useGateway(database);
const backend = use(startBackend, ({ close }) => close());

/** An Express app with the handler, as docs have it. The user is who the test says it is. */
async function startBackend() {
  const users: { current: string | null } = { current: null };
  const gatehouse = createGatehouse({ url: gateway.url, auth: ROOT_KEY, maxAttempts: 1 });
  const handler = realtimeTokenHandler({ gatehouse, user: () => users.current });
  const app = express();
  app.post('/api/token', getRequestListener(handler));
  const server = createServer(app);
  const port = await listen(server);
  return {
    users,
    url: `http://127.0.0.1:${port}/api/token`,
    minted: async () => {
      let count = 0;
      const filter = { externalUserId: users.current };
      for await (const _ of gatehouse.sessions({ filter })) count++;
      return count;
    },
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

type Connection = { close(): void; closed: boolean };
const newConnection = (): Connection => {
  const connection = {
    closed: false,
    close: () => {
      connection.closed = true;
    },
  };
  return connection;
};

let root: Root;
let shown: UseRealtimeSession<Connection>;
/** Everything that a render has had, as JSON. */
let states: string[];
const statuses = () =>
  states.map((state) => JSON.parse(state).status).filter((name, i, all) => name !== all[i - 1]);

function Call({ options }: { readonly options: SessionOptions<Connection> }) {
  shown = useRealtimeSession(options);
  states.push(JSON.stringify(shown));
  return null;
}

async function render(options: Partial<SessionOptions<Connection>>): Promise<void> {
  const call = createElement(Call, { options: { mint: fetchToken(backend.url), ...options } });
  await act(async () => root.render(createElement(StrictMode, null, call)));
}

let number = 0;
beforeEach(() => {
  backend.users.current = `user-${number++}`;
  states = [];
  const window = new Window();
  Object.assign(globalThis, { window, document: window.document, IS_REACT_ACT_ENVIRONMENT: true });
  root = createRoot(document.createElement('div'));
});
afterEach(async () => {
  await act(async () => root.unmount());
  for (const name of ['window', 'document', 'IS_REACT_ACT_ENVIRONMENT'])
    Reflect.deleteProperty(globalThis, name);
});

test('a click mints once, however often React renders and people click, and the secret is in no state', async () => {
  const given: unknown[] = [];
  const connection = newConnection();
  const connect = async (
    token: string,
    { url, sessionId }: { url?: string | undefined; sessionId?: string | undefined },
  ) => {
    given.push({ token, url, sessionId });
    return connection;
  };
  await render({ connect });
  await render({ connect });
  expect(await backend.minted()).toBe(0);
  expect(shown.status).toBe('idle');

  await act(async () => {
    const clicks = [shown.connect(), shown.connect()];
    expect(clicks[0]).toBe(clicks[1]);
    await Promise.all(clicks);
  });
  expect(shown).toMatchObject({ status: 'live', session: connection, error: null });
  expect(shown.expiresAt).toBeGreaterThan(Date.now() / 1000);
  await act(async () => void (await shown.connect()));
  expect(await backend.minted()).toBe(1);
  expect(given).toEqual([
    {
      token: expect.stringMatching(/^ek_/),
      url: expect.stringMatching(/^wss:/),
      sessionId: expect.any(String),
    },
  ]);
  expect(statuses()).toEqual(['idle', 'minting', 'connecting', 'live']);
  expect(states.join()).not.toContain('ek_');

  act(() => shown.disconnect());
  expect(shown).toMatchObject({ status: 'ended', session: null, expiresAt: null });
  expect(connection.closed).toBe(true);
  await act(async () => void (await shown.connect()));
  expect(shown.status).toBe('live');
  expect(await backend.minted()).toBe(2);
});

test('without a way to connect, the token is what connect resolves to', async () => {
  await render({});
  let token: MintedToken | undefined;
  await act(async () => {
    token = await shown.connect();
  });
  expect(token?.token).toMatch(/^ek_/);
  expect(await shown.connect()).toBeUndefined();
  expect(await backend.minted()).toBe(1);
  expect(shown.status).toBe('live');
  expect(states.join()).not.toContain('ek_');
});

test('a component that goes away ends its request for a secret', async () => {
  let aborted: unknown;
  const mint = ({ signal }: { signal: AbortSignal }) =>
    new Promise<never>((_, reject) =>
      signal.addEventListener('abort', () => {
        aborted = signal.reason;
        reject(aborted);
      }),
    );
  await render({ mint });
  act(() => void shown.connect());
  expect(shown.status).toBe('minting');
  await act(async () => root.unmount());
  expect(aborted).toBeInstanceOf(DOMException);
});

test('a connection that opens after its component went away is closed', async () => {
  const opening = Promise.withResolvers<Connection>();
  const asked = Promise.withResolvers<AbortSignal>();
  const connect = (_: string, { signal }: { signal: AbortSignal }) => {
    asked.resolve(signal);
    return opening.promise;
  };
  await render({ connect });
  let connecting: Promise<unknown> | undefined;
  await act(async () => {
    connecting = shown.connect();
    await asked.promise;
  });
  await act(async () => root.unmount());
  expect((await asked.promise).aborted).toBe(true);
  const late = newConnection();
  opening.resolve(late);
  await connecting;
  expect(late.closed).toBe(true);
});

test('an open connection is closed when its component goes away', async () => {
  const connection = newConnection();
  await render({ connect: async () => connection });
  await act(async () => void (await shown.connect()));
  await act(async () => root.unmount());
  expect(connection.closed).toBe(true);
});

test('a connection that ends by itself is shown as ended', async () => {
  let end = () => {};
  const connect = async (_: string, { onEnd }: { onEnd: () => void }) => {
    end = onEnd;
    return newConnection();
  };
  await render({ connect });
  await act(async () => void (await shown.connect()));
  act(() => end());
  expect(shown).toMatchObject({ status: 'ended', session: null });
});

test('who is not signed in sees why, and can try again', async () => {
  const user = backend.users.current;
  backend.users.current = null;
  await render({});
  await act(async () => void (await shown.connect()));
  expect(shown).toMatchObject({
    status: 'failed',
    error: { name: 'GatehouseError', code: 'UNAUTHENTICATED', message: 'Sign in first.' },
  });
  backend.users.current = user;
  await act(async () => void (await shown.connect()));
  expect(shown).toMatchObject({ status: 'live', error: null });
});

test('a secret that expires before the connection is open ends the attempt, and after it does not', async () => {
  const soon = async (options: Parameters<SessionOptions<Connection>['mint']>[0]) => ({
    ...(await fetchToken(backend.url)(options)),
    expiresAt: Date.now() / 1000 + 0.05,
  });
  const expired = Promise.withResolvers<void>();
  let signal: AbortSignal | undefined;
  await render({
    mint: soon,
    connect: (_, options) => {
      signal = options.signal;
      return new Promise<Connection>((_, reject) => options.signal.addEventListener('abort', reject));
    },
    onExpire: expired.resolve,
  });
  await act(async () => {
    await Promise.all([shown.connect(), expired.promise]);
  });
  expect(signal?.aborted).toBe(true);
  expect(shown).toMatchObject({ status: 'failed', error: { message: expect.stringContaining('expired') } });

  const expiredLater = Promise.withResolvers<void>();
  const connection = newConnection();
  await render({ mint: soon, connect: async () => connection, onExpire: expiredLater.resolve });
  await act(async () => {
    await Promise.all([shown.connect(), expiredLater.promise]);
  });
  expect(shown).toMatchObject({ status: 'live', session: connection });
});
