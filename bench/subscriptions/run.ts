import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { startDatabaseServer } from '../mint/database.ts';
import { startGateway } from '../mint/gateway.ts';
import { progress, runBench } from '../run-bench.ts';
import { type Measured, measure } from './measure.ts';
import { HELP, type Options, readOptions } from './options.ts';

const AIM_P99_MS = 1000;

await runBench(HELP, readOptions, async (options, signal) => {
  const measured = await bench(options, signal);
  if (measured.missing + measured.twice + measured.foreign + measured.ended > 0) process.exitCode = 1;
  return report(measured, options);
});

async function bench(options: Options, signal: AbortSignal): Promise<Measured> {
  await using stack = new AsyncDisposableStack();
  progress(`${process.version}, ${availableParallelism()} cores; starting`);
  const databases = await startDatabaseServer(signal, stack);
  const database = await databases.create('gateway');
  const gateway = await startGateway(
    {
      name: 'gateway',
      folder: resolve(import.meta.dirname, '../..'),
      database,
      // Nothing is minted.
      upstreamUrl: 'http://127.0.0.1:9/v1',
      workFolder: databases.folder,
      profileFolder: undefined,
      env: {
        GATEHOUSE_MAX_STREAMS: String(options.subscribers),
        // A few applications have all of them.
        GATEHOUSE_MAX_STREAMS_PER_CALLER: String(options.subscribers),
      },
    },
    { signal, stack },
  );
  return await measure(options, {
    target: { url: gateway.url, authorization: gateway.headers['authorization'] ?? '' },
    pid: gateway.pid,
    databaseUrl: database.ownerUrl,
    signal,
    progress,
  });
}

function report(measured: Measured, { subscribers, seconds }: Options): string {
  const { changes, deliveries, missing, twice, foreign, ended, p50, p99, max, before, after } = measured;
  const lines = [
    `${subscribers} subscribers, ${changes} changes in ${seconds} s, ${deliveries} deliveries`,
    `missing ${missing}, twice ${twice}, not theirs ${foreign}, streams that ended ${ended}`,
    `from the change to its arrival, in ms: p50 ${p50}, p99 ${p99}, at most ${max}`,
  ];
  if (before !== null && after !== null) {
    const share = Math.round(((after.seconds - before.seconds) / seconds) * 100);
    lines.push(
      `gateway: ${share} % of a core; memory ${before.megabytes} MB with all streams open, ${after.megabytes} MB at the end`,
    );
  }
  lines.push(`aim: p99 under ${AIM_P99_MS} ms: ${p99 < AIM_P99_MS ? 'met' : 'MISSED'}`);
  return `\n${lines.join('\n')}\n`;
}
