// Runs before `npm start` and `npm test`: installs and generates what is missing, and costs
// nothing when nothing is. Plain JavaScript without dependencies, because before the first
// install there is only the machine's own Node.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

await step({
  what: 'Installing packages',
  inputs: ['package-lock.json'],
  stamp: 'node_modules/.gatehouse-installed',
  command: [
    'npm',
    'ci',
    '--include=dev',
    '--include=optional',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ],
});

// Neither needs the other.
await Promise.all([
  step({
    what: 'Generating the Prisma client',
    inputs: ['prisma/schema.prisma', 'package-lock.json'],
    stamp: 'prisma/generated/.stamp',
    command: ['node_modules/.bin/prisma', 'generate'],
    // `prisma generate` asks for a native schema engine that it does not use, and would download
    // it from a host that is not a package registry; any executable satisfies the check.
    env: { PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, PRISMA_HIDE_UPDATE_MESSAGE: '1' },
  }),
  step({
    what: 'Building the console',
    inputs: [
      'console/src',
      'console/public',
      'console/tools/import-documents.ts',
      'console/tools/precompress.ts',
      'console/index.html',
      'console/package.json',
      'console/tsconfig.json',
      'console/vite.config.ts',
      'package-lock.json',
    ],
    stamp: 'console/dist/.stamp',
    command: ['vite', 'build', '--logLevel=warn', 'console'],
  }),
]);

async function step({ what, inputs, stamp, command, env }) {
  const hash = createHash('sha256');
  for (const path of inputs.flatMap(filesOf)) hash.update(`${path}\0`).update(readFileSync(join(root, path)));
  const wanted = hash.digest('hex');
  const stampPath = join(root, stamp);
  if (existsSync(stampPath) && readFileSync(stampPath, 'utf8') === wanted) return;

  console.error(`${what} …`);
  const [file, ...args] = command;
  const path = `${join(root, 'node_modules/.bin')}:${process.env.PATH}`;
  const { ok, output } = await run(file, args, { ...process.env, PATH: path, ...env });
  if (!ok) {
    console.error(`${what} failed: ${command.join(' ')}\n${output}`.slice(0, 4000));
    process.exit(1);
  }
  writeFileSync(stampPath, wanted);
}

/** @returns whether it ended well, and all that it wrote */
function run(file, args, env) {
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    child.on('error', ({ message }) => resolve({ ok: false, output: message }));
    child.on('close', (status) => resolve({ ok: status === 0, output }));
  });
}

/** The files of a folder and the folders in it, or the file itself. */
function filesOf(input) {
  if (!statSync(join(root, input)).isDirectory()) return [input];
  return readdirSync(join(root, input))
    .toSorted()
    .flatMap((name) => filesOf(`${input}/${name}`));
}
