import { createHmac, randomBytes } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import pg from 'pg';
import { Agent, request } from 'undici';
import { listen } from '../../src/server/http/listen.ts';
import { serveParent } from '../channel.ts';
import * as ledger from './bare-statements.ts';
import * as floor from './floor-statements.ts';
import type { BareRequest, UpstreamAnswer } from './wire.ts';

// The practical limit: the same two durable writes and the same upstream call as a mint of the gateway, and
// nothing else. No GraphQL, no authentication, no validation, no redaction, no log, no metrics. As "floor" it writes into
// plain tables instead of the ledger.

const [databaseUrl = '', upstreamUrl = '', name] = process.argv.slice(2);
const { reserve, settle } = name === 'floor' ? floor : ledger;
const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 });
const dispatcher = new Agent();
const fingerprintKey = randomBytes(32);
const application = await pool.query<{ id: string }>("SELECT id FROM application WHERE name = 'default'");

const server = createServer((incoming, response) => {
  let body = '';
  incoming.setEncoding('utf8');
  incoming.on('data', (piece: string) => {
    body += piece;
  });
  incoming.on('end', () => {
    const asked: BareRequest = JSON.parse(body);
    issue(asked).then(
      (issued) => answer(response, 200, issued),
      (error: unknown) => answer(response, 500, { error: String(error) }),
    );
  });
});

async function issue(asked: BareRequest) {
  const id = await reserve(pool, application.rows[0]?.id ?? '', asked);
  const { statusCode, body } = await request(upstreamUrl, {
    method: 'POST',
    dispatcher,
    headers: { 'content-type': 'application/json', authorization: 'Bearer sk-provider-key-of-the-bench' },
    body: JSON.stringify(asked.wire),
  });
  const text = await body.text();
  if (statusCode !== 200) throw new Error(`Upstream answered ${statusCode}`);
  const minted: UpstreamAnswer = JSON.parse(text);
  const fingerprint = createHmac('sha256', fingerprintKey).update(minted.value).digest('hex');
  const expiresAt = new Date(minted.expires_at * 1000);
  const status = await settle(pool, { id, minted, expiresAt, fingerprint });
  return { id, status, clientSecret: { value: minted.value, expiresAt } };
}

function answer(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

const port = Number(new URL(await listen(server, 0, '127.0.0.1')).port);
serveParent({ port }, async () => ({}));
