import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { startChild } from '../child.ts';
import { startDatabaseServer } from '../mint/database.ts';
import { startGateway } from '../mint/gateway.ts';
import { progress, runBench } from '../run-bench.ts';
import { type Needs, needsOf } from './measure.ts';
import { openCalls } from './open-calls.ts';
import { HELP, type Options, readOptions } from './options.ts';

const AIM_KILOBYTES = 40;
const AIM_PERCENT_OF_A_CORE = 0.02;

const hello = z.object({ url: z.string() });
const watching = z.object({ watched: z.number(), attaches: z.number() });

type Measured = z.infer<typeof watching> & {
  /** Calls beyond those of the first measurement. */
  readonly more: number;
  readonly few: Idle;
  readonly all: Idle;
};
type Idle = { readonly before: Needs; readonly after: Needs };

await runBench(HELP, readOptions, async (options, signal) => {
  const measured = await bench(options, signal);
  if (measured.watched !== options.calls) process.exitCode = 1;
  return report(measured, options);
});

async function bench({ calls, seconds, rate: perSecond }: Options, signal: AbortSignal): Promise<Measured> {
  await using stack = new AsyncDisposableStack();
  progress(`${process.version}, ${availableParallelism()} cores; starting`);
  const databases = await startDatabaseServer(signal, stack);
  const upstream = await startChild(join(import.meta.dirname, 'upstream.ts'), [], { signal, stack });
  const gateway = await startGateway(
    {
      name: 'gateway',
      folder: resolve(import.meta.dirname, '../..'),
      database: await databases.create('gateway'),
      upstreamUrl: hello.parse(upstream.firstMessage).url,
      workFolder: databases.folder,
      profileFolder: undefined,
      program: ['bench/calls/gateway.ts'],
      env: {
        GATEHOUSE_PUBLIC_URL: 'http://127.0.0.1',
        GATEHOUSE_CALL_IDLE_SECONDS: '0',
        GATEHOUSE_ANONYMOUS_REQUESTS_PER_MINUTE: '1000000',
      },
    },
    { signal, stack },
  );
  const { pid, healthUrl = '' } = gateway;
  const beIdle = async (): Promise<Idle> => {
    const before = await needsOf(pid, healthUrl);
    await delay(1000 * seconds, undefined, { signal });
    return { before, after: await needsOf(pid, healthUrl) };
  };
  const few = Math.ceil(calls / 10);
  await openCalls(gateway, { from: 0, to: few, perSecond }, signal);
  progress(`${few} calls are idle for ${seconds} s`);
  const first = await beIdle();
  await openCalls(gateway, { from: few, to: calls, perSecond }, signal);
  progress(`${calls} calls are idle for ${seconds} s`);
  const all = await beIdle();
  const told = watching.parse(await upstream.ask({}));
  return { ...told, more: calls - few, few: first, all };
}

function report({ watched, attaches, more, few, all }: Measured, { calls, seconds }: Options): string {
  const kilobytes = (of: keyof Needs, when: keyof Idle = 'after') =>
    (all[when][of] - few[when][of]) / 1024 / more;
  const share = ({ before, after }: Idle) => (after.cpuSeconds - before.cpuSeconds) / seconds;
  // All that it does is counted as theirs.
  const percent = (100 * share(all)) / calls;
  const verdict = (isMet: boolean) => (isMet ? 'met' : 'MISSED');
  return [
    '',
    `${calls} idle calls for ${seconds} s; ${watched} were watched to the end, ${attaches - calls} side channels opened again`,
    `memory a call: ${kilobytes('inUse').toFixed(1)} KB in use, ${kilobytes('resident').toFixed(1)} KB resident; before garbage was collected ${kilobytes('residentBefore', 'before').toFixed(1)} KB resident`,
    `CPU a call: ${percent.toFixed(4)} % of a core; the gateway in all: ${(100 * share(all)).toFixed(1)} %, and with a tenth of the calls ${(100 * share(few)).toFixed(1)} %`,
    `aim: under ${AIM_KILOBYTES} KB in use: ${verdict(kilobytes('inUse') < AIM_KILOBYTES)}, resident: ${verdict(kilobytes('resident') < AIM_KILOBYTES)}`,
    `aim: under ${AIM_PERCENT_OF_A_CORE} % of a core: ${verdict(percent < AIM_PERCENT_OF_A_CORE)}`,
    '',
  ].join('\n');
}
