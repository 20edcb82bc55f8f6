/**
 * Prints biome.imports.json: who may import whom in src. Biome applies only the last override that fits a file, so the
 * rules of a file's room and of its kind have to stand in one override; written by hand that is a long list.
 *
 *   npm run import-rules            # writes it
 *   npm run import-rules -- --check # fails when it is not what this file says
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

type Restriction = { readonly group: readonly string[]; readonly message: string };

/** The rooms below the surfaces, lowest first. A room may import those of its own line and of the lines before it. */
const ROOMS = [
  ['authorization', 'limits'],
  ['audit'],
  ['sealing', 'sessions', 'applications'],
  ['users', 'usage', 'statistics', 'retention', 'subscriptions', 'authentication'],
  ['calls'],
  ['providers'],
  ['issuing'],
] as const;

const WIRING: Restriction = {
  group: ['**/open-*.ts'],
  message: 'Only app.ts and the commands open things. Take what you need as an argument.',
};
const JOBS: Restriction = {
  group: ['**/*.job.ts'],
  message: 'Periodic work is started by the open-*.ts file of its room, and called by nobody else.',
};
const STATEMENTS: Restriction = {
  group: ['**/*.db.ts', 'pg', '@prisma/**', '**/prisma/**'],
  message:
    'This file does no I/O, so that its rules can be read and tested alone. Declare a function type here; open-*.ts hands in what implements it.',
};
const SURFACES: Restriction = {
  group: ['**/graphql/**', '**/server/**', '**/commands/**', '**/app.ts', '**/reader.ts', '**/reader.db.ts'],
  message:
    'Rooms do not know who asks: the schema, the server and the commands import them, never the other way round.',
};

const roomsAbove = (line: number): Restriction[] => {
  const above = ROOMS.slice(line + 1).flat();
  if (above.length === 0) return [];
  return [
    {
      group: above.map((room) => `**/${room}/**`),
      message: `Imports between rooms run downwards: ${ROOMS.map((rooms) => rooms.join(', ')).join(' < ')}. Move what both need down.`,
    },
  ];
};

const PLAIN = ['!**/*.db.ts', '!**/*.job.ts', '!**/open-*.ts'];
const rules = [
  ...ROOMS.flatMap((rooms, line) => {
    const files = (suffix: string) => rooms.map((room) => `src/${room}/**${suffix}`);
    const common = [WIRING, SURFACES, ...roomsAbove(line)];
    return [
      rule([...files(''), ...PLAIN], [STATEMENTS, JOBS, ...common]),
      rule(files('/*.db.ts'), [JOBS, ...common]),
      rule([...files('/*.job.ts'), ...files('/open-*.ts')], common),
    ];
  }),
  rule(
    ['src/platform/**'],
    [
      {
        group: ROOMS.flat()
          .map((room) => `**/${room}/**`)
          .concat(SURFACES.group),
        message: 'The platform is what any service has, and knows no noun of this one.',
      },
    ],
  ),
  rule(
    ['src/graphql/**'],
    [
      STATEMENTS,
      JOBS,
      WIRING,
      {
        group: ['**/server/**', '**/commands/**', '**/app.ts'],
        message: 'The schema can be executed without a server: what it needs comes with the context.',
      },
    ],
  ),
  rule(
    ['src/server/**'],
    [
      {
        ...STATEMENTS,
        message: 'The server carries documents to the schema. What it asks of the database is handed in.',
      },
      JOBS,
      WIRING,
      {
        group: ['**/commands/**', '**/providers/**', '**/app.ts'],
        message: 'The server carries documents to the schema, and knows no upstream and no command.',
      },
    ],
  ),
  rule(['src/reader.ts'], [STATEMENTS, JOBS, WIRING]),
];

function rule(includes: readonly string[], patterns: readonly Restriction[]) {
  const noRestrictedImports = { level: 'error', options: { patterns } };
  return { includes, linter: { rules: { style: { noRestrictedImports } } } };
}

const path = join(import.meta.dirname, '../biome.imports.json');
const text = `${JSON.stringify({ overrides: rules }, null, 2)}\n`;
if (!process.argv.includes('--check')) writeFileSync(path, text);
else if (readFileSync(path, 'utf8') !== text) {
  console.error(
    'biome.imports.json is not what scripts/print-import-rules.ts says. Run: npm run import-rules',
  );
  process.exitCode = 1;
}
