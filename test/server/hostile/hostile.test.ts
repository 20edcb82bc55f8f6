import { beforeAll, describe, expect, test, vi } from 'vitest';
import { useDatabase, useGatewayProcess, useUpstream } from '../../support/fixture.ts';
import { upstreamEnv } from '../../support/gateway.ts';
import { sendRaw } from '../../support/raw-http.ts';
import { documents } from './documents.ts';
import { framing } from './framing.ts';
import { CANARY, post } from './hostile-input.ts';
import { offers } from './offers.ts';
import { transport } from './transport.ts';
import { values } from './values.ts';

const inputs = [...documents, ...values, ...transport, ...framing, ...offers];
const MEGABYTE = 2 ** 20;

// The process collects its garbage when told to, and says so: what is then in use is what the inputs left behind. Its
// resident size would rather tell how much room V8 gives itself before it collects; that is bounded here too.
const COLLECT = 'process.on("SIGUSR2",()=>{gc();console.log(JSON.stringify({msg:"collected"}))})';
const NODE_OPTIONS = `--expose-gc --max-old-space-size=160 --import data:text/javascript,${encodeURIComponent(COLLECT)}`;

const database = useDatabase();
const upstream = useUpstream();
const gateway = useGatewayProcess(database, () => ({
  ...upstreamEnv(upstream.baseUrl),
  GATEHOUSE_ALLOWED_MODELS: 'gpt-realtime',
  NODE_OPTIONS,
}));
let url: URL;
let before: number;

beforeAll(async () => {
  url = new URL(gateway.url);
  // What a process takes once: compiled code, pools, buffers.
  for (let count = 0; count < 200; count += 1) await expectGoodAnswer();
  before = await usedMegabytes();
});

test('there are enough of them, each with a name of its own', () => {
  expect(inputs.length).toBeGreaterThan(70);
  expect(new Set(inputs.map(({ name }) => name)).size).toBe(inputs.length);
});

describe('each is refused or harmless, at once, and says nothing back', () => {
  test.each(inputs.map((input) => [input.source, input.name, input] as const))(
    '%s: %s',
    async (_source, _name, input) => {
      const bytes = input.bytes(url);
      const startedAt = performance.now();
      const { status, head, body } = await sendRaw(gateway.url, bytes);
      expect(performance.now() - startedAt).toBeLessThan(1000);
      expect(input.status, body.slice(0, 500)).toContain(status);
      const said = head + body;
      expect(said).not.toContain(CANARY);
      expect(said).not.toMatch(/INTERNAL_SERVER_ERROR|did you mean|stack|node_modules/i);
      if (input.absent) expect(body + head).not.toMatch(input.absent);
      if (status === 200) expect(input.harmless?.(body) ?? false, body.slice(0, 500)).toBe(true);
      expect(upstream.calls).toEqual([]);
      await expectGoodAnswer();
    },
  );
});

test('all of them together left less than 50 MB behind', async () => {
  expect((await usedMegabytes()) - before).toBeLessThan(50);
});

async function expectGoodAnswer(): Promise<void> {
  const { status, body } = await sendRaw(gateway.url, post('{ viewer { name } }')(url));
  expect(status).toBe(200);
  expect(body).toBe('{"data":{"viewer":{"name":"root"}}}');
}

async function usedMegabytes(): Promise<number> {
  const collected = () => gateway.messages.filter((message) => message === 'collected').length;
  const until = collected() + 1;
  gateway.child.kill('SIGUSR2');
  await vi.waitUntil(() => collected() === until, { timeout: 10_000 });
  const text = await (await fetch(`${gateway.managementUrl}/metrics`)).text();
  const bytes = (name: string) => Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1]);
  return (bytes('nodejs_heap_size_used_bytes') + bytes('nodejs_external_memory_bytes')) / MEGABYTE;
}
