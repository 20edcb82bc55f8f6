import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { type Child, startChild } from '../child.ts';
import { startDatabaseServer } from '../mint/database.ts';
import { prepareDatabase } from '../mint/servers.ts';
import { readWhole } from '../options.ts';
import { openConnection, requestBytes } from '../read/connection.ts';
import { median } from '../rounds.ts';
import { progress, runBench } from '../run-bench.ts';

// What authentication by API key costs a trivial query: the gateway with it, and with everybody let in, in turn.

const HELP = `npm run bench:auth -- [--seconds 5] [--rounds 3] [--connections 16]
Throughput of { viewer { kind } } with an API key, as a ratio to the same server without authentication.
`;
const QUERY = JSON.stringify({ query: '{ viewer { kind } }' });

type Target = { readonly name: string; readonly port: number; readonly key: string; readonly child: Child };
type Result = {
  readonly perSecond: number;
  readonly p99: number;
  readonly statements: number;
  readonly cpu: number;
};

const counters = z.object({ statements: z.number(), cpuMicroseconds: z.number() });
const hello = z.object({ port: z.number(), key: z.string() });

await runBench(HELP, readOptions, bench);

function readOptions(args: string[]) {
  const { values } = parseArgs({
    args,
    options: {
      seconds: { type: 'string', default: '5' },
      rounds: { type: 'string', default: '3' },
      connections: { type: 'string', default: '16' },
    },
  });
  return {
    seconds: readWhole(values.seconds, '--seconds', 1),
    rounds: readWhole(values.rounds, '--rounds', 1),
    connections: readWhole(values.connections, '--connections', 1),
  };
}

async function bench(
  { seconds, rounds, connections }: ReturnType<typeof readOptions>,
  signal: AbortSignal,
): Promise<string> {
  await using stack = new AsyncDisposableStack();
  const database = await (await startDatabaseServer(signal, stack)).create('auth');
  await prepareDatabase(database);
  const targets: Target[] = [];
  for (const name of ['none', 'api-key']) {
    const child = await startChild(join(import.meta.dirname, 'server.ts'), [name, database.url], {
      signal,
      stack,
    });
    targets.push({ name, child, ...hello.parse(child.firstMessage) });
  }
  progress(`${process.version}, ${availableParallelism()} cores; warming up`);
  for (const target of targets) await measure(target, connections, 2);

  const results = new Map<string, Result[]>(targets.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    signal.throwIfAborted();
    for (const target of round % 2 === 0 ? targets : targets.toReversed()) {
      const result = await measure(target, connections, seconds);
      results.get(target.name)?.push(result);
      progress(
        `round ${round + 1}, ${target.name}: ${Math.round(result.perSecond)}/s, p99 ${result.p99.toFixed(1)} ms`,
      );
    }
  }
  return report(results);
}

async function measure({ port, key, child }: Target, connections: number, seconds: number): Promise<Result> {
  const url = `http://127.0.0.1:${port}/graphql`;
  const request = requestBytes(url, { authorization: `Bearer ${key}` }, QUERY);
  const latencies: number[] = [];
  const before = counters.parse(await child.ask({}));
  const end = performance.now() + seconds * 1000;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const connection = await openConnection(url);
      for (let sentAt = performance.now(); sentAt < end; ) {
        await connection.ask(request);
        const answeredAt = performance.now();
        latencies.push(answeredAt - sentAt);
        sentAt = answeredAt;
      }
      connection.close();
    }),
  );
  const after = counters.parse(await child.ask({}));
  latencies.sort((a, b) => a - b);
  return {
    perSecond: latencies.length / seconds,
    p99: latencies[Math.floor(latencies.length * 0.99)] ?? Number.NaN,
    statements: (after.statements - before.statements) / latencies.length,
    cpu: (after.cpuMicroseconds - before.cpuMicroseconds) / latencies.length,
  };
}

function report(results: ReadonlyMap<string, readonly Result[]>): string {
  const of = (name: string, read: (result: Result) => number) => median((results.get(name) ?? []).map(read));
  const lines = [...results.keys()].map((name) => {
    const [perSecond, cpu] = [of(name, (result) => result.perSecond), of(name, (result) => result.cpu)];
    return [
      name.padEnd(8),
      `${Math.round(perSecond)}/s`.padStart(8),
      `ratio ${(perSecond / of('none', (result) => result.perSecond)).toFixed(3)}`,
      `CPU ${cpu.toFixed(0)} µs a request, ratio ${(cpu / of('none', (result) => result.cpu)).toFixed(3)}`,
      `${of(name, (result) => result.statements).toFixed(5)} statements a request`,
    ].join('   ');
  });
  return `\n${lines.join('\n')}\n`;
}
