import { expect, test } from 'vitest';
import { measure } from '../../bench/subscriptions/measure.ts';
import { askForStream } from '../support/event-stream.ts';
import { useDatabase, useGatewayProcess } from '../support/fixture.ts';
import { ROOT_KEY } from '../support/gateway.ts';

// A short form of npm run bench:subscriptions, which measures how late events are on a quiet machine.

const SUBSCRIBERS = 1000;

const database = useDatabase();
const gateway = useGatewayProcess(database, {
  GATEHOUSE_PROVIDER: 'sandbox',
  GATEHOUSE_MAX_STREAMS: String(SUBSCRIBERS),
  GATEHOUSE_MAX_STREAMS_PER_CALLER: String(SUBSCRIBERS),
});

test('a thousand subscribers get exactly what they may see, and the next is refused', {
  timeout: 60_000,
}, async () => {
  let refused: number | undefined;
  const { before, after, p99, ...delivered } = await measure(
    { subscribers: SUBSCRIBERS, changes: 100, seconds: 1 },
    {
      target: { url: gateway.url, authorization: `Bearer ${ROOT_KEY}` },
      pid: gateway.child.pid ?? 0,
      databaseUrl: database.ownerUrl,
      signal: new AbortController().signal,
      progress: () => {},
      whenOpen: async () => {
        refused = (await askForStream(gateway.url)).status;
      },
    },
  );
  expect(delivered).toMatchObject({ changes: 100, missing: 0, twice: 0, foreign: 0, ended: 0 });
  // Each change goes to the 50 that see everything, 10 of the application, and the one that watches the user.
  expect(delivered.deliveries).toBe(100 * (50 + 10 + 1));
  // Far more than it takes: a thousand streams and their readers share two processors with other tests here.
  expect(p99).toBeLessThan(10_000);
  expect((after?.megabytes ?? 0) - (before?.megabytes ?? 0)).toBeLessThan(300);
  expect(refused).toBe(429);
});
