import { parseArgs } from 'node:util';
import { fastest, worstTexts } from '../../test/support/worst-texts.ts';
import { readWhole } from '../options.ts';
import { runBench } from '../run-bench.ts';

// How long the functions take that a caller's text goes through, each with the worst input that we know for it.

const HELP = `npm run bench:redaction -- [--length 65536] [--runs 5]
For each function: the input that takes it longest, in milliseconds of the processor, and the same at a quarter of the length.
`;

type Options = { readonly length: number; readonly runs: number };
type Row = { readonly name: string; readonly ms: number; readonly quarterMs: number };

function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: { length: { type: 'string', default: '65536' }, runs: { type: 'string', default: '5' } },
  });
  return {
    length: readWhole(values.length, '--length', 4),
    runs: readWhole(values.runs, '--runs', 1),
  };
}

async function bench({ length, runs }: Options, signal: AbortSignal): Promise<string> {
  const worst = new Map<string, Row>();
  for (const { name, prepare } of worstTexts) {
    signal.throwIfAborted();
    const ms = fastest(prepare(length), runs);
    const [work = name] = name.split(' of "');
    if (ms > (worst.get(work)?.ms ?? -1))
      worst.set(work, { name, ms, quarterMs: fastest(prepare(length / 4), runs) });
  }
  const rows = [...worst.values()].map(
    ({ name, ms, quarterMs }) =>
      `${ms.toFixed(1).padStart(8)} ms ${quarterMs.toFixed(1).padStart(8)} ms  ${name}`,
  );
  return `${rows.join('\n')}\n`;
}

await runBench(HELP, readOptions, bench);
