import { readFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { createGatehouse } from 'gatehouse-client';
import { realtimeTokenHandler } from 'gatehouse-client/server';
import { type Context, Hono } from 'hono';
import { getSignedCookie, setSignedCookie } from 'hono/cookie';

export type Settings = {
  readonly gatehouseUrl: string;
  readonly gatehouseKey: string;
  readonly cookieSecret: string;
};

export function createApp({ gatehouseUrl, gatehouseKey, cookieSecret }: Settings): Hono {
  const gatehouse = createGatehouse({ url: gatehouseUrl, auth: gatehouseKey });
  const app = new Hono();
  const signedIn = async (c: Context) => (await getSignedCookie(c, cookieSecret, 'user')) || null;

  // The browser gets its client secrets here: only who is signed in, and only such sessions as the backend chooses.
  app.post('/api/token', (c) => {
    const handler = realtimeTokenHandler({
      gatehouse,
      user: () => signedIn(c),
      session: () => ({ expiresAfterSeconds: 60, instructions: 'Be brief and friendly.' }),
      onRefused: (reason) => console.error('No token:', reason),
    });
    return handler(c.req.raw);
  });

  // In place of your own sign-in: whoever opens the page is a demo user.
  app.get('/', async (c) => {
    if ((await signedIn(c)) === null) {
      const options = { httpOnly: true, sameSite: 'Lax', path: '/' } as const;
      await setSignedCookie(c, 'user', `demo-${crypto.randomUUID()}`, cookieSecret, options);
    }
    return c.html(await readFile(new URL('index.html', BROWSER_APP), 'utf8'));
  });

  // In place of a bundler: the page's TypeScript without its types, and the modules of the package as they are.
  app.get('/app.js', async (c) => {
    const source = await readFile(new URL('app.ts', BROWSER_APP), 'utf8');
    return c.body(stripTypeScriptTypes(source), 200, JAVASCRIPT);
  });
  app.get('/gatehouse-client/:path{[a-z/-]+\\.js}', async (c) => {
    const module = new URL(c.req.param('path'), import.meta.resolve('gatehouse-client'));
    return c.body(await readFile(module, 'utf8'), 200, JAVASCRIPT);
  });
  return app;
}

const BROWSER_APP = new URL('../browser-app/', import.meta.url);
const JAVASCRIPT = { 'content-type': 'text/javascript' };
