import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'undici';
import { z } from 'zod';
import { serveParent } from '../channel.ts';
import { readSecret, writeRequest } from '../mint/requests.ts';

// The process of the honest caller: mints on a few connections, with a pause after each, and looks at /health/live meanwhile.

const PAUSE_MS = 50;
const HEALTH_EVERY_MS = 50;

const question = z.object({
  url: z.string(),
  healthUrl: z.string(),
  authorization: z.string(),
  connections: z.number(),
  seconds: z.number(),
});

// Kept open from one measurement to the next, as an application does: Node accepts one connection in each turn of its event
// loop, so new ones wait behind those that attackers open.
const clients = new Map<string, Client>();

// Goes on through the whole run, so that users come round evenly.
let number = 0;

serveParent({}, async (asked) => {
  const { url, healthUrl, authorization, connections, seconds } = question.parse(asked);
  const { origin, pathname } = new URL(url);
  const headers = { 'content-type': 'application/json', authorization };
  const end = performance.now() + seconds * 1000;
  const latencies: number[] = [];
  let refused = 0;
  let liveMs = 0;

  async function keepMinting(_: unknown, index: number): Promise<void> {
    const client = clientOf(origin, index);
    while (performance.now() < end) {
      number += 1;
      const sentAt = performance.now();
      const { statusCode, body } = await client.request({
        path: pathname,
        method: 'POST',
        headers,
        body: writeRequest('gateway', number),
      });
      const text = await body.text();
      latencies.push(performance.now() - sentAt);
      if (!isIssued(statusCode, text)) refused += 1;
      await delay(PAUSE_MS);
    }
  }

  async function watchHealth(): Promise<void> {
    const health = new URL(healthUrl);
    const client = clientOf(health.origin, 0);
    while (performance.now() < end) {
      const sentAt = performance.now();
      const { body } = await client.request({ path: health.pathname, method: 'GET' });
      await body.dump();
      liveMs = Math.max(liveMs, performance.now() - sentAt);
      await delay(HEALTH_EVERY_MS);
    }
  }

  await Promise.all([watchHealth(), ...Array.from({ length: connections }, keepMinting)]);
  latencies.sort((a, b) => a - b);
  const at = (share: number) =>
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0;
  return { mints: latencies.length, refused, p50: at(0.5), p95: at(0.95), liveMs };
});

function clientOf(origin: string, index: number): Client {
  const key = `${origin} ${index}`;
  const client = clients.get(key) ?? new Client(origin, { keepAliveTimeout: 60_000 });
  clients.set(key, client);
  return client;
}

function isIssued(status: number, text: string): boolean {
  try {
    readSecret('gateway', status, text);
    return true;
  } catch {
    return false;
  }
}
