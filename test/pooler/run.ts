import { parseArgs } from 'node:util';
import { pgBouncerVersion } from '../support/pgbouncer.ts';
import { runPooler } from './pooler.ts';

const HELP = `Two gateways behind the PgBouncer that is installed, in transaction mode: mints, listings, a subscription and
audit verify; then the same with PgBouncer killed and started again in the middle.

npm run test:pooler -- [--mints 500] [--prepared-statements off]

  --mints                how many sessions, and how many listings, in each of the two rounds; default 500
  --prepared-statements  on: for PgBouncer 1.21 or newer, which keeps them; default off
  --help                 this

PGBOUNCER names the program, if it is not the one in PATH. Ends with 1 when there was an error while PgBouncer ran, or when
a secret that was handed out has no record.
`;

const { values } = parseArgs({
  options: {
    mints: { type: 'string', default: '500' },
    'prepared-statements': { type: 'string', default: 'off' },
    help: { type: 'boolean', default: false },
  },
});
const mints = Number(values.mints);
const preparedStatements = values['prepared-statements'];

if (values.help) {
  process.stdout.write(HELP);
} else if (!(mints > 0) || (preparedStatements !== 'on' && preparedStatements !== 'off')) {
  process.stderr.write(HELP);
  process.exitCode = 2;
} else if (pgBouncerVersion() === null) {
  process.stderr.write('There is no PgBouncer here: apt-get install pgbouncer.\n');
  process.exitCode = 2;
} else {
  const report = await runPooler({ mints, preparedStatements });
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  process.exitCode = report.violations.length === 0 ? 0 : 1;
}
