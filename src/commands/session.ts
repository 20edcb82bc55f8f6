import type { Command } from 'commander';
import { decodeIdOf, encodeId, isUuid } from '../graphql/ids.ts';
import { allKeysOf } from '../platform/validation/all-keys.ts';
import { revokeSession } from '../sessions/revoke-session.db.ts';
import type { SessionStatus } from '../sessions/session.ts';
import type { Label } from '../sessions/session-config.ts';
import { type Ask, askAsShell } from './ask-schema.ts';
import { commandGroup, helpEnd } from './command-group.ts';
import { textAt, valueAt } from './json-path.ts';
import { listOption, parseLabel, parseLimit, parseReason, parseTexts, parseTime } from './options.ts';
import { listIn, nodesOf } from './pages.ts';
import { printWithEvents, recordAt } from './print-with-events.ts';
import { LIST_SESSIONS, REVOKE_SESSION, SHOW_SESSION } from './session-documents.ts';
import { type Column, printList } from './table.ts';
import { printJson, refuse, say, sayIssues } from './terminal.ts';
import { withDatabaseToRead, withMigratedDatabase } from './with-database.ts';

type ListOptions = {
  readonly user?: string;
  readonly status?: readonly SessionStatus[];
  readonly application?: string;
  readonly model?: readonly string[];
  readonly from?: Date;
  readonly to?: Date;
  readonly label?: readonly Label[];
  readonly limit: number;
  readonly json?: boolean;
};
type ShowOptions = { readonly json?: boolean };
type RevokeOptions = { readonly reason?: string | null; readonly json?: boolean };

const STATUSES = allKeysOf<Record<SessionStatus, unknown>>()([
  'PENDING',
  'ACTIVE',
  'EXPIRED',
  'REVOKED',
  'FAILED',
  'UNCONFIRMED',
]);
const COLUMNS: readonly Column[] = [
  ['CREATED', 'createdAt'],
  ['STATUS', 'status'],
  ['USER', 'user.externalId'],
  ['APPLICATION', 'application.name'],
  ['MODEL', 'model'],
  ['EXPIRES', 'clientSecret.expiresAt'],
  ['ID', 'id'],
];
const ID = 'its id, as the API and lists have it, or the uuid of the audit trail';

/** `gatehouse session list`, `gatehouse session show` and `gatehouse session revoke` */
export function sessionCommand(): Command {
  const session = commandGroup('session', 'Sessions that were issued or attempted.');
  session
    .command('list')
    .description('List sessions, newest first.')
    .option('--user <external id>', "only that user's")
    .addOption(listOption('--status <list>', 'only with one of these statuses, comma-separated', STATUSES))
    .option('--application <name>', 'only through that application')
    .option('--model <list>', 'only with one of these models, comma-separated', parseTexts)
    .option('--from <instant>', 'reserved at that moment or later', parseTime)
    .option('--to <instant>', 'reserved before that moment', parseTime)
    .option('--label <key=value>', 'only with that label; may be repeated', parseLabel)
    .option('--limit <number>', 'at most so many', parseLimit, 50)
    .addHelpText(
      'after',
      helpEnd([
        'session list --status ACTIVE,PENDING --user alice',
        'session list --from 2026-11-01 --to 2026-12-01 --label team=support --limit 1000 --json',
      ]),
    )
    .action(list);
  session
    .command('show')
    .description('Show what is recorded of a session, without secrets, and the newest audit events about it.')
    .argument('<id>', ID)
    .addHelpText('after', helpEnd(['session show 0199a1b2-1111-7abc-8def-0123456789ab']))
    .action(show);
  session
    .command('revoke')
    .description(
      'Mark a session as revoked. Providers take no secret back: it counts, and works, until it expires.',
    )
    .argument('<id>', ID)
    .option('--reason <text>', 'why, for the audit trail', parseReason)
    .addHelpText(
      'after',
      helpEnd(['session revoke 0199a1b2-1111-7abc-8def-0123456789ab --reason "lost phone"']),
    )
    .action(revoke);
  return session;
}

async function list({ application, limit, json = false, ...options }: ListOptions): Promise<void> {
  await withDatabaseToRead([], async (database) => {
    const ask = await askAsShell('session list', database);
    const applicationId = application === undefined ? null : await idOfApplication(ask, application);
    if (application !== undefined && applicationId === null)
      return sayIssues([{ path: ['application'], message: 'names no application that there is' }]);
    const { user, status, model, from, to, label } = options;
    const filter = {
      externalUserId: user,
      statuses: status,
      applicationId,
      models: model,
      createdFrom: from?.toISOString(),
      createdTo: to?.toISOString(),
      labels: label,
    };
    const rows = nodesOf(ask, LIST_SESSIONS, { filter }, 'realtimeSessions', limit);
    await printList({ rows, columns: COLUMNS, json, noun: 'session', limit });
  });
}

async function show(name: string, { json = false }: ShowOptions): Promise<void> {
  await withDatabaseToRead([], async (database) => {
    const id = sessionId(name);
    const ask = await askAsShell('session show', database);
    const session = id === null ? null : recordAt(await ask(SHOW_SESSION, { id }), 'realtimeSession');
    if (session === null) return refuse('There is no session of that id.');
    printWithEvents(session, json);
  });
}

async function revoke(name: string, { reason = null, json = false }: RevokeOptions): Promise<void> {
  await withMigratedDatabase([], async (database) => {
    const id = sessionId(name);
    const sessions = {
      revoke: (...of: Parameters<typeof revokeSession> extends [unknown, ...infer Rest] ? Rest : never) =>
        revokeSession(database.prisma, ...of),
    };
    const ask = await askAsShell('session revoke', database, { sessions });
    const answer = id === null ? {} : await ask(REVOKE_SESSION, { id, reason });
    const session = recordAt(answer, 'revokeRealtimeSession.session');
    if (session === null) return refuse('There is no session of that id.');
    say(
      `The session is ${textAt(session, 'status')}. What was opened with its secret may run until ${textAt(session, 'exposedUntil') || 'it is ended'}.`,
    );
    if (json) printJson(session);
  });
}

/** The API's id of a session; null for a text that is no id of one. */
function sessionId(name: string): string | null {
  const uuid = isUuid(name) ? name : decodeIdOf('RealtimeSession', name);
  return uuid === null ? null : encodeId('RealtimeSession', uuid);
}

async function idOfApplication(ask: Ask, name: string): Promise<string | null> {
  const applications = listIn(await ask('query Applications { applications { id name } }'), 'applications');
  const id = valueAt(applications.find((one) => one['name'] === name) ?? null, 'id');
  return typeof id === 'string' ? id : null;
}
