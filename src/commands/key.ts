import { type Command, Option } from 'commander';
import { openApplications } from '../applications/open-applications.ts';
import { reaches, scopes } from '../authorization/actor.ts';
import { encodeId } from '../graphql/ids.ts';
import { createReader } from '../reader.db.ts';
import { askAsShell } from './ask-schema.ts';
import { commandGroup, helpEnd } from './command-group.ts';
import { createKey, type KeyOptions } from './create-key.ts';
import { findKey, KEY_FIELDS, listKeys } from './find-key.ts';
import { textAt, valueAt } from './json-path.ts';
import { parseFutureTime, parseScopes } from './options.ts';
import { type Column, printList } from './table.ts';
import { printJson, refuse, say, sayIssues } from './terminal.ts';
import { withDatabaseToRead, withMigratedDatabase } from './with-database.ts';

type CreateOptions = Omit<KeyOptions, 'expiresAt'> & { readonly expires?: Date; readonly json?: boolean };
type ListOptions = { readonly application?: string; readonly json?: boolean };
type RevokeOptions = { readonly json?: boolean };

const COLUMNS: readonly Column[] = [
  ['APPLICATION', 'application.name'],
  ['NAME', 'name'],
  ['KEY', 'redacted'],
  ['SCOPES', 'scopes'],
  ['REACH', 'reach'],
  ['LAST USED', 'lastUsedAt'],
  ['EXPIRES', 'expiresAt'],
  ['REVOKED', 'revokedAt'],
  ['ID', 'id'],
];
const KEY = `query Key($id: ID!) { node(id: $id) { ... on ApiKey { ${KEY_FIELDS} } } }`;
const REVOKE = `mutation Revoke($id: ID!) {
  revokeApiKey(input: { id: $id }) {
    ... on RevokeApiKeySuccess { apiKey { ${KEY_FIELDS} } }
    ... on NotFoundError { message }
  }
}`;

/** `gatehouse key create`, `gatehouse key list` and `gatehouse key revoke` */
export function keyCommand(): Command {
  const key = commandGroup('key', 'API keys of applications.');
  key
    .command('create')
    .description('Make a key and print it, once. Only its hash is kept.')
    .requiredOption('--application <name>', 'whose key it is; registered when there is none of that name')
    .requiredOption('--name <name>', 'what to call the key')
    .requiredOption(
      '--scopes <list>',
      `what it may do, comma-separated: ${scopes.join(', ')}; or "all"`,
      parseScopes,
    )
    .addOption(
      new Option('--reach <reach>', 'whose records that applies to')
        .choices(reaches.filter((reach) => reach !== 'SELF'))
        .default('OWN_APPLICATION'),
    )
    .option('--expires <instant>', 'from when on it is refused, e.g. 2027-01-31T00:00:00Z', parseFutureTime)
    .addHelpText(
      'after',
      helpEnd(['key create --application shop --name web --scopes SESSIONS_CREATE,SESSIONS_READ']),
    )
    .action(create);
  key
    .command('list')
    .description('List all keys, revoked ones too. No key can be read again: this is what is kept of them.')
    .option('--application <name>', 'only of that application')
    .addHelpText('after', helpEnd(['key list', 'key list --application shop --json']))
    .action(list);
  key
    .command('revoke')
    .description('Revoke a key: every gateway refuses it within one second.')
    .argument('<key>', 'its id, or its last four characters')
    .addHelpText('after', helpEnd(['key revoke k3f9']))
    .action(revoke);
  return key;
}

async function create({ expires, json = false, ...options }: CreateOptions): Promise<void> {
  await withMigratedDatabase([], async (database) => {
    const ports = {
      reader: createReader(database, { reach: 'EVERYTHING' }),
      ...openApplications(database),
    };
    const result = await createKey(ports, { ...options, expiresAt: expires ?? null });
    if (result.kind === 'invalid') return sayIssues(result.issues);
    const { apiKey, application, value } = result;
    const plain = value.reveal();
    say(`A key of ${application.name}. It is shown this once:`);
    if (!json) {
      process.stdout.write(`${plain}\n`);
      return;
    }
    const ask = await askAsShell('key create', database);
    const shown = await ask(KEY, { id: encodeId('ApiKey', apiKey.id) });
    printJson({ apiKey: valueAt(shown, 'node'), value: plain });
  });
}

async function list({ application, json = false }: ListOptions): Promise<void> {
  await withDatabaseToRead([], async (database) => {
    const keys = await listKeys(await askAsShell('key list', database));
    const rows = keys.filter(
      (key) => application === undefined || textAt(key, 'application.name') === application,
    );
    await printList({ rows: eachOf(rows), columns: COLUMNS, json, noun: 'key' });
  });
}

async function revoke(name: string, { json = false }: RevokeOptions): Promise<void> {
  await withMigratedDatabase([], async (database) => {
    const ask = await askAsShell('key revoke', database, openApplications(database));
    const found = findKey(await listKeys(ask), name);
    if (found.kind === 'refused') return refuse(found.why);
    const { key } = found;
    const revoked = valueAt(await ask(REVOKE, { id: valueAt(key, 'id') }), 'revokeApiKey.apiKey');
    if (revoked === null) return refuse('There is no such key.');
    const already = valueAt(key, 'revokedAt') === null ? '' : ' already';
    say(
      `${textAt(key, 'redacted')} of ${textAt(key, 'application.name')} is${already} revoked (${textAt(revoked, 'revokedAt')}).`,
    );
    if (json) printJson(revoked);
  });
}

async function* eachOf<T>(rows: readonly T[]): AsyncGenerator<T> {
  yield* rows;
}
