import { type IncomingMessage, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { serveParent } from '../channel.ts';
import { type Change, change } from './changes.ts';
import { externalIdOf, type Subscriber, subscriber } from './subscribers.ts';

// The process of the subscribers: opens all streams, then says whether what they were told is what they were to be.

const question = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('open'), url: z.string(), subscribers: z.array(subscriber) }),
  z.object({ kind: z.literal('check'), written: z.array(change) }),
]);

const QUERY =
  'subscription ($filter: RealtimeSessionFilter) { sessionEvents(filter: $filter) { id type at session { id status } } }';
const OPENING_AT_ONCE = 20;
const PATIENCE_MS = 10_000;

type Watch = { readonly of: Subscriber; readonly told: Map<string, number>; ended: boolean };

const watches: Watch[] = [];
const latencies: number[] = [];

serveParent({}, async (asked) => {
  const task = question.parse(asked);
  if (task.kind === 'check') return check(task.written);
  const waiting = [...task.subscribers];
  const opening = Array.from({ length: OPENING_AT_ONCE }, async () => {
    for (let of = waiting.shift(); of !== undefined; of = waiting.shift()) await open(task.url, of);
  });
  await Promise.all(opening);
  return { open: watches.length };
});

async function open(url: string, of: Subscriber): Promise<void> {
  const { authorization, user } = of;
  const filter = user === null ? {} : { externalUserId: externalIdOf(user) };
  const headers = { authorization, accept: 'text/event-stream', 'content-type': 'application/json' };
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const asking = request(url, { method: 'POST', headers, agent: false }, resolve);
    asking.once('error', reject).end(JSON.stringify({ query: QUERY, variables: { filter } }));
  });
  if (answer.statusCode !== 200) throw new Error(`A subscriber was answered ${answer.statusCode}`);
  const watch: Watch = { of, told: new Map(), ended: false };
  watches.push(watch);
  let pending = '';
  answer.setEncoding('utf8');
  answer.on('data', (text: string) => {
    const blocks = (pending + text).split('\n\n');
    pending = blocks.pop() ?? '';
    for (const block of blocks) if (block !== ':') note(watch, block);
  });
  answer.on('error', () => {});
  answer.on('close', () => {
    watch.ended = true;
  });
}

function note({ told }: Watch, block: string): void {
  const data = block.split('\ndata: ')[1];
  // Anything else ends the stream, which is noticed.
  const event = data === undefined ? undefined : JSON.parse(data).data?.sessionEvents;
  if (event === undefined) return;
  latencies.push(Date.now() - Date.parse(event.at));
  const id = Buffer.from(event.id, 'base64').toString().slice('SessionEvent:'.length);
  told.set(id, (told.get(id) ?? 0) + 1);
}

async function check(written: readonly Change[]) {
  const expected = watches.map(({ of }) => written.filter((one) => isFor(of, one)).map(({ id }) => id));
  const deadline = performance.now() + PATIENCE_MS;
  const allTold = () => watches.every(({ told }, index) => told.size >= (expected[index]?.length ?? 0));
  while (!allTold() && performance.now() < deadline) await delay(50);
  const wrong = watches.map(({ told }, index) => compare(told, new Set(expected[index])));
  const sum = (of: keyof (typeof wrong)[number]) => wrong.reduce((total, one) => total + one[of], 0);
  const sorted = latencies.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  const ended = watches.filter((watch) => watch.ended).length;
  return {
    deliveries: latencies.length,
    missing: sum('missing'),
    twice: sum('twice'),
    foreign: sum('foreign'),
    ended,
    p50: at(0.5),
    p99: at(0.99),
    max: at(1),
  };
}

/** How many of its own it was not told, how many it was told more than once, and how many of others. */
function compare(told: ReadonlyMap<string, number>, own: ReadonlySet<string>) {
  const missing = [...own].filter((id) => !told.has(id)).length;
  const twice = [...told.values()].filter((times) => times > 1).length;
  const foreign = [...told.keys()].filter((id) => !own.has(id)).length;
  return { missing, twice, foreign };
}

function isFor({ user, application }: Subscriber, one: Change): boolean {
  return (user === null || user === one.user) && (application === null || application === one.application);
}
