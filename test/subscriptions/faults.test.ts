import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { issue } from '../support/ask.ts';
import { type EventStream, eventsOf, openStream } from '../support/event-stream.ts';
import { useDatabase, useGateway, useProxy } from '../support/fixture.ts';
import type { TestGateway } from '../support/gateway.ts';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.ts';

const DRAIN_MS = 8000;

const database = useDatabase();
const proxy = useProxy(database);
const gateway = useGateway(proxy);
const other = useGateway(database);
const open: EventStream[] = [];

afterEach(() => {
  for (const stream of open.splice(0)) stream.close();
});

async function watch(url: string, variables: Record<string, unknown> = {}): Promise<EventStream> {
  const stream = await openStream(url, { variables });
  open.push(stream);
  return stream;
}

const issueAt = async (at: TestGateway, externalUserId: string): Promise<string> =>
  (await issue(at, { externalUserId })).session.id;

const sessionsOf = (results: readonly unknown[]) => eventsOf(results).map(({ session }) => session.id);

/** Issues a session. @returns how much later its event arrived, in milliseconds */
async function lateness(stream: EventStream, externalUserId: string): Promise<number> {
  const id = await issueAt(other, externalUserId);
  const [event] = eventsOf([await stream.next()]);
  expect(event.session.id).toBe(id);
  return (stream.arrived.at(-1)?.at ?? Number.POSITIVE_INFINITY) - Date.parse(event.at);
}

async function endListeners(): Promise<number> {
  const ended = await database.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE application_name = 'gatehouse-hints' AND datname = current_database()`,
  );
  return ended.length;
}

describe('without notifications', () => {
  test('changes still arrive, and notifications come again', async () => {
    const stream = await watch(gateway.url);
    expect(await endListeners()).toBe(2);
    // Found because the trail is read once a second.
    expect(await lateness(stream, 'alice')).toBeLessThan(2500);
    await expect
      .poll(
        async () => {
          const listening = await database.query(
            `SELECT FROM pg_stat_activity WHERE application_name = 'gatehouse-hints' AND datname = current_database() AND query LIKE 'LISTEN%'`,
          );
          return listening.length;
        },
        { timeout: 5000 },
      )
      .toBe(2);
    // Reading once a second could not find all three in so short a time.
    const times = [
      await lateness(stream, 'alice'),
      await lateness(stream, 'alice'),
      await lateness(stream, 'alice'),
    ];
    expect(Math.max(...times)).toBeLessThan(700);
  });

  test('a listening connection that breaks before LISTEN is opened again', async () => {
    const broken = proxy.breakNext({ statement: 'LISTEN gatehouse_trail', at: 'statement' });
    await endListeners();
    await broken;
    await expect
      .poll(() => gateway.logLines.filter((line) => line.includes('trail-hints')).length, { timeout: 5000 })
      .toBeGreaterThan(0);
    const stream = await watch(gateway.url);
    expect(await lateness(stream, 'bob')).toBeLessThan(2500);
  });
});

test('while the database is unreachable the stream stays open, and afterwards delivers everything once', async () => {
  const stream = await watch(gateway.url, { filter: { externalUserId: 'carol' } });
  const ids = [await issueAt(other, 'carol')];
  await stream.next();
  // Longer than it takes until the trail is read again.
  const backAt = Date.now() + 1500;
  proxy.refuse(true);
  for (let n = 0; n < 5; n += 1) ids.push(await issueAt(other, 'carol'));
  await expect(stream.next(backAt - Date.now())).rejects.toThrow('expected a result within');
  proxy.refuse(false);
  ids.push(await issueAt(other, 'carol'));
  await stream.take(6, 5000);
  const mark = await issueAt(other, 'carol');
  expect(sessionsOf([await stream.next()])).toEqual([mark]);
  expect(sessionsOf(stream.arrived.map(({ result }) => result))).toEqual([...ids, mark]);
});

describe('a process', () => {
  async function start(): Promise<GatewayProcess> {
    const started = await startGatewayProcess(database, {
      GATEHOUSE_PROVIDER: 'sandbox',
      GATEHOUSE_DRAIN_MS: String(DRAIN_MS),
    });
    onTestFinished(async () => {
      started.child.kill('SIGKILL');
      await started.ended;
    });
    return started;
  }

  test('that gets SIGTERM ends its streams at once, without complete', async () => {
    const stopping = await start();
    const streams = [
      await watch(stopping.url),
      await watch(stopping.url, { after: null }),
      await watch(stopping.url),
    ];
    const stoppedAt = performance.now();
    stopping.child.kill('SIGTERM');
    for (const stream of streams) expect(await stream.ended(DRAIN_MS)).toBe('end');
    expect(await stopping.ended).toMatchObject({ code: 0, signal: null });
    expect(performance.now() - stoppedAt).toBeLessThan(DRAIN_MS / 2);
  });

  test('that is killed loses nothing: another delivers the rest', async () => {
    const killed = await start();
    const filter = { externalUserId: 'dave' };
    const stream = await watch(killed.url, { filter });
    const ids = [await issueAt(other, 'dave'), await issueAt(other, 'dave')];
    const [first, second] = eventsOf(await stream.take(2));
    expect([first.session.id, second.session.id]).toEqual(ids);
    killed.child.kill('SIGKILL');
    expect(await stream.ended()).toBe('broken');
    const missed = [await issueAt(other, 'dave'), await issueAt(other, 'dave')];
    const again = await watch(other.url, { filter, after: second.id });
    expect(sessionsOf(await again.take(2))).toEqual(missed);
    const mark = await issueAt(other, 'dave');
    expect(sessionsOf([await again.next()])).toEqual([mark]);
  });
});
