import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { z } from 'zod';
import { serveParent } from '../channel.ts';
import { ATTACKS, bodyOf, openAtATime } from './attacks.ts';

// The process of the attackers: each sends its next request when the last one was answered, until it is told to stop.

const question = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('start'),
    url: z.string(),
    attackers: z.array(z.object({ attack: z.enum(ATTACKS), authorization: z.string() })),
  }),
  z.object({ kind: z.literal('stop') }),
]);
type Attackers = Extract<z.output<typeof question>, { kind: 'start' }>['attackers'];

// Whoever is refused at once does not come back at once either: refusals would take most of this machine's time.
const AFTER_REFUSAL_MS = 50;

let number = 0;
let stopping = new AbortController();
let running: Promise<unknown> = Promise.resolve();
/** How many answers there were, by attack and status. */
let answers = new Map<string, Map<string, number>>();

serveParent({}, async (asked) => {
  const task = question.parse(asked);
  if (task.kind === 'start') {
    stopping = new AbortController();
    answers = new Map();
    running = attackAll(task.url, task.attackers, stopping.signal);
    return {};
  }
  stopping.abort();
  await running;
  return Object.fromEntries([...answers].map(([attack, counts]) => [attack, Object.fromEntries(counts)]));
});

async function attackAll(url: string, attackers: Attackers, signal: AbortSignal): Promise<void> {
  const dispatcher = new Agent({ connections: null, pipelining: 1, bodyTimeout: 0, headersTimeout: 0 });
  const loops = attackers.flatMap(({ attack, authorization }) =>
    Array.from({ length: openAtATime(attack) }, async () => {
      while (!signal.aborted) {
        number += 1;
        const status = await ask(bodyOf(attack, number), authorization).catch(() => 'broken');
        if (signal.aborted) return;
        const counts = answers.get(attack) ?? new Map<string, number>();
        answers.set(attack, counts.set(status, (counts.get(status) ?? 0) + 1));
        if (status !== '200') await delay(AFTER_REFUSAL_MS * openAtATime(attack));
      }
    }),
  );
  await Promise.all(loops);
  await dispatcher.destroy();

  async function ask(body: string, authorization: string): Promise<string> {
    const { statusCode, body: answer } = await request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body,
      signal,
      dispatcher,
    });
    await answer.dump({ limit: Number.POSITIVE_INFINITY });
    return String(statusCode);
  }
}
