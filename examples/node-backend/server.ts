import { serve } from '@hono/node-server';
import { createApp } from './app.ts';

const { GATEHOUSE_URL, GATEHOUSE_KEY, COOKIE_SECRET, PORT = '3000' } = process.env;
if (GATEHOUSE_KEY === undefined || COOKIE_SECRET === undefined)
  throw new Error('Set GATEHOUSE_KEY to an API key of the gateway, and COOKIE_SECRET to a long random text.');

const app = createApp({
  gatehouseUrl: GATEHOUSE_URL ?? 'http://127.0.0.1:4000/graphql',
  gatehouseKey: GATEHOUSE_KEY,
  cookieSecret: COOKIE_SECRET,
});
serve({ fetch: app.fetch, port: Number(PORT), hostname: '127.0.0.1' }, ({ port }) => {
  console.log(`http://127.0.0.1:${port}`);
});
