import type { RealtimeSessionModel } from '../../prisma/generated/models.ts';
import { columns } from '../platform/database/columns.ts';
import { exposedUntil } from './exposed-until.db.ts';
import type { SessionText } from './session-text.ts';

const status = 'session_status(s.outcome, s.deadline, s.expires_at, s.revoked_at, now())';

/** What is no column of the table. Each says what session-row.db.ts makes of a row. */
const EXPRESSIONS = {
  status,
  issuedAt: "CASE WHEN s.outcome = 'ISSUED' THEN s.settled_at END",
  exposedUntil: exposedUntil('s'),
  redactedSecret: "coalesce(s.secret_prefix, '') || '…' || coalesce(s.secret_last_four, '')",
  failureCode: `coalesce(s.failure_code, CASE WHEN ${status} = 'UNCONFIRMED' THEN 'not_settled' END)`,
  // Everybody who sees a session sees the application that requested it.
  applicationName: '(SELECT a.name FROM application AS a WHERE a.id = s.application_id)',
} satisfies Partial<Record<SessionText, string>>;

const written = new Map<SessionText, string>();

/** What is selected of a session `s`. The external id of its user depends on the listing. */
export function sessionTextColumn(name: Exclude<SessionText, 'externalUserId'>): string {
  const text =
    written.get(name) ??
    (isExpression(name) ? EXPRESSIONS[name] : columns<RealtimeSessionModel>('s', [name]));
  written.set(name, text);
  return text;
}

function isExpression(name: SessionText): name is keyof typeof EXPRESSIONS {
  return Object.hasOwn(EXPRESSIONS, name);
}
