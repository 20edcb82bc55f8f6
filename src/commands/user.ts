import { type Command, InvalidArgumentError } from 'commander';
import { findDefaultApplicationId } from '../applications/default-application.db.ts';
import { findAuditKeys } from '../platform/config/keys.ts';
import type { JsonObject } from '../platform/validation/json.ts';
import { createEraseUser } from '../users/erase-user.db.ts';
import { parseExternalUserId } from '../users/parse-external-user-id.ts';
import { reinstateUser, suspendUser } from '../users/suspend-user.db.ts';
import type { UserStore } from '../users/user-store.ts';
import { type Ask, askAsShell } from './ask-schema.ts';
import { commandGroup, helpEnd } from './command-group.ts';
import { confirmByTyping } from './confirm.ts';
import { EXIT } from './exit-code.ts';
import { textAt, valueAt } from './json-path.ts';
import { parseReason } from './options.ts';
import { listIn } from './pages.ts';
import { printWithEvents, recordAt } from './print-with-events.ts';
import { printJson, refuse, say } from './terminal.ts';
import { ERASE_USER, FIND_USER, REINSTATE_USER, SHOW_USER, SUSPEND_USER } from './user-documents.ts';
import { withDatabaseToRead, withMigratedDatabase } from './with-database.ts';

type Options = { readonly id?: string; readonly json?: boolean };
type SuspendOptions = Options & { readonly reason?: string | null };
type EraseOptions = Options & { readonly yes?: boolean };
/** As the documents take it: one of the two is null. */
type Named = { readonly id: string | null; readonly externalId: string | null };

/** `gatehouse user show`, `suspend`, `reinstate` and `erase` */
export function userCommand(): Command {
  const user = commandGroup('user', 'People for whom sessions were requested.');
  const about = (name: string, description: string) =>
    user
      .command(name)
      .description(description)
      .argument('[external id]', 'what the applications call the user', parseExternalId)
      .option('--id <id>', "instead of it: the API's id of the user");
  about('show', 'Show a user: its limits, what is used of them, and the newest audit events about it.')
    .addHelpText('after', helpEnd(['user show alice', 'user show --id VXNlcjow… --json']))
    .action(show);
  about(
    'suspend',
    'Suspend a user: no session is issued for it any more. Secrets that are out work until they expire.',
  )
    .option('--reason <text>', 'why, for the audit trail', parseReason)
    .addHelpText('after', helpEnd(['user suspend alice --reason "reported by the shop"']))
    .action(suspend);
  about('reinstate', 'End a suspension.')
    .addHelpText('after', helpEnd(['user reinstate alice']))
    .action(reinstate);
  about('erase', 'Remove everything that identifies a person, for good. docs/audit.md says what stays.')
    .option('--yes', 'do not ask to type the external id')
    .addHelpText(
      'after',
      helpEnd(
        ['user erase alice', 'user erase alice --yes'],
        'It asks to type the external id, and refuses where there is no terminal, unless --yes is given. It can be repeated: an erasure that was interrupted is finished.',
      ),
    )
    .action(erase);
  return user;
}

async function show(externalId: string | undefined, { id, json = false }: Options): Promise<void> {
  const named = nameUser(externalId, id);
  if (named === null) return;
  await withDatabaseToRead([], async (database, limits) => {
    const applications = { defaultId: await findDefaultApplicationId(database.prisma) };
    const ask = await askAsShell('user show', database, { applications, limits });
    const user = recordAt(await ask(SHOW_USER, named), 'user');
    if (user === null) return refuse('There is no such user.');
    printWithEvents(user, json);
  });
}

async function suspend(
  externalId: string | undefined,
  { id, reason = null, json = false }: SuspendOptions,
): Promise<void> {
  const named = nameUser(externalId, id);
  if (named === null) return;
  await withMigratedDatabase([], async (database) => {
    const users: Pick<UserStore, 'suspend'> = { suspend: (...of) => suspendUser(database.pool, ...of) };
    const ask = await askAsShell('user suspend', database, { users });
    const user = changedUser(await ask(SUSPEND_USER, { ...named, reason }), 'suspendUser');
    if (user === null) return;
    say(`${nameOf(user)} is suspended since ${textAt(user, 'suspendedAt')}.`);
    if (valueAt(user, 'lastSessionAt') === null) say('It has no session yet: is the external id right?');
    if (json) printJson(user);
  });
}

async function reinstate(externalId: string | undefined, { id, json = false }: Options): Promise<void> {
  const named = nameUser(externalId, id);
  if (named === null) return;
  await withMigratedDatabase([], async (database) => {
    const users: Pick<UserStore, 'reinstate'> = { reinstate: (...of) => reinstateUser(database.pool, ...of) };
    const ask = await askAsShell('user reinstate', database, { users });
    const found = await findUser(ask, named);
    if (found === null) return;
    const user = changedUser(await ask(REINSTATE_USER, { id: found['id'] }), 'reinstateUser');
    if (user === null) return;
    say(`${nameOf(user)} is not suspended.`);
    if (json) printJson(user);
  });
}

async function erase(
  externalId: string | undefined,
  { id, yes = false, json = false }: EraseOptions,
): Promise<void> {
  const named = nameUser(externalId, id);
  if (named === null) return;
  const input: NodeJS.ReadStream = process.stdin;
  if (!yes && !input.isTTY) {
    say(
      'Erasing asks to type the external id, and there is no terminal. Add --yes where nobody can be asked.',
    );
    process.exitCode = EXIT.usage;
    return;
  }
  await withMigratedDatabase(['auditKeys'], async (database, config) => {
    const [key] = await findAuditKeys(config);
    const users = { erase: createEraseUser(database.pool, key) };
    const ask = await askAsShell('user erase', database, { users });
    const found = await findUser(ask, named);
    if (found === null) return;
    const typed = textAt(found, 'externalId') || textAt(found, 'id');
    const question = `All that identifies ${nameOf(found)} will be removed, for good. Type ${typed} to go on:`;
    if (!yes && !(await confirmByTyping(input, typed, question)))
      return refuse('That is something else. Nothing was erased.');
    const user = changedUser(await ask(ERASE_USER, { id: found['id'] }), 'eraseUser');
    if (user === null) return;
    say(
      `Erased at ${textAt(user, 'erasedAt')}. Keep ${textAt(user, 'id')}: a backup that is restored has to be erased again.`,
    );
    if (json) printJson(user);
  });
}

function parseExternalId(text: string): string {
  const parsed = parseExternalUserId(text);
  if (!parsed.ok) throw new InvalidArgumentError(`It ${parsed.issues[0]?.message ?? 'cannot be used'}.`);
  return parsed.value;
}

/** Null, and said, when none of the two is given, or both. */
function nameUser(externalId: string | undefined, id: string | undefined): Named | null {
  if ((externalId === undefined) !== (id === undefined))
    return { id: id ?? null, externalId: externalId ?? null };
  say('Name the user by its external id, or by --id.');
  process.exitCode = EXIT.usage;
  return null;
}

async function findUser(ask: Ask, named: Named): Promise<JsonObject | null> {
  const user = recordAt(await ask(FIND_USER, named), 'user');
  if (user === null) refuse('There is no such user.');
  return user;
}

/** The user after a change; null, and said, when nothing was changed. */
function changedUser(answer: JsonObject, mutation: string): JsonObject | null {
  const user = recordAt(answer, `${mutation}.user`);
  const issues = listIn(answer, `${mutation}.issues`);
  for (const issue of issues) refuse(`${textAt(issue, 'path')} ${textAt(issue, 'message')}`);
  if (user === null && issues.length === 0) refuse('There is no such user.');
  return user;
}

function nameOf(user: JsonObject): string {
  return textAt(user, 'externalId') || `the user ${textAt(user, 'id')}`;
}
