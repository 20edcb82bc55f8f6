import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runChaos } from './chaos.ts';

const HELP = `Breaks everything around three gateways for a while, and then holds the ledger against the provider.

npm run test:chaos -- [--seconds 300] [--seed N]

  --seconds  how long to break things (settling and checking come on top); default 300
  --seed     what decides who does what and what breaks; default: a new one. It repeats the decisions of every
             client and every fault; how they interleave is up to the machine
  --help     this

Ends with 1 when a promise was broken, or when fewer than 1000 secrets were minted in 300 seconds (in proportion).
`;
// What goes wrong once mostly goes wrong often.
const SHOWN = 20;
const MINTS_PER_SECOND = 1000 / 300;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '300' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    help: { type: 'boolean', default: false },
  },
});
const seconds = Number(values.seconds);
const seed = Number(values.seed);

if (values.help) {
  process.stdout.write(HELP);
} else if (!(seconds > 0) || !Number.isSafeInteger(seed)) {
  process.stderr.write(`--seconds must be a number above 0, and --seed a whole number.\n\n${HELP}`);
  process.exitCode = 2;
} else {
  process.exitCode = await main();
}

async function main(): Promise<number> {
  process.stderr.write(`seed ${seed}, ${seconds} s\n`);
  const interrupted = new AbortController();
  // PostgreSQL would outlive this process: it ends by being told, not by being left behind.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());
  const outputFile = join(tmpdir(), `gatehouse-chaos-${seed}.log`);
  const report = await runChaos({
    seed,
    seconds,
    outputFile,
    signal: interrupted.signal,
    progress: (line) => process.stderr.write(`${line}\n`),
  });
  const violations = report.violations.slice(0, SHOWN);
  process.stdout.write(`${JSON.stringify({ ...report, violations }, null, 2)}\n`);
  const enough = report.minted >= seconds * MINTS_PER_SECOND;
  if (!enough) process.stderr.write(`Only ${report.minted} minted: too few to tell.\n`);
  if (report.violations.length > 0) {
    process.stderr.write(`${report.violations.length} violations. What the gateways wrote: ${outputFile}\n`);
  }
  process.stderr.write(`To repeat it: npm run test:chaos -- --seconds ${seconds} --seed ${seed}\n`);
  return enough && report.violations.length === 0 ? 0 : 1;
}
