import type pg from 'pg';
import type { Visibility } from '../authorization/visibility.ts';
import { visible } from '../authorization/visible.db.ts';
import { afterCursor, type Keyset, orderByLimit, sortedBy, toEdges } from '../platform/database/keyset.ts';
import type { Edge, Page } from '../platform/database/page.ts';
import { readPlanned, type SqlParameters, sqlParameters } from '../platform/database/statement.ts';
import type { Call, CallFilter } from './call.ts';
import { CALLS_NEWEST_FIRST } from './call-order.ts';
import { type CallRow, callColumns, callEndNow, callStatusNow, toCall } from './call-row.db.ts';

const keyset: Keyset = { ...CALLS_NEWEST_FIRST, by: 'time', time: 'c.created_at', id: 'c.session_id' };

// Few calls have not ended, and an index has those alone.
const NOT_ENDED = 'c.ended_at IS NULL';

/**
 * One page of the visible calls that match a filter, newest first.
 * @returns at most `page.limit + 1` calls in reading order; the extra one says that there is more
 */
export async function listCalls(
  pool: pg.Pool,
  visibility: Visibility,
  filter: CallFilter,
  page: Page,
): Promise<Edge<Call>[]> {
  const params = sqlParameters();
  const conditions = [visible('calls', visibility, params), ...callConditions(filter, params)];
  const text = `SELECT ${callColumns}, ${sortedBy(keyset)} FROM realtime_call AS c
    WHERE ${conditions.join(' AND ')} AND ${afterCursor(keyset, page, params)} ${orderByLimit(keyset, page, params)}`;
  return toEdges(await readPlanned<CallRow & { sorted_by: string | null }>(pool, text, params), page, toCall);
}

function callConditions(
  { statuses, endReasons, externalUserId, applicationId, ...rest }: CallFilter,
  { bind }: SqlParameters,
): readonly string[] {
  // A field that is forgotten does not compile.
  rest satisfies Record<string, never>;
  return [
    ...(statuses == null ? [] : [`${callStatusNow} = ANY(${bind(statuses)}::text[])`]),
    ...(statuses == null || statuses.includes('ENDED') ? [] : [NOT_ENDED]),
    ...(endReasons == null ? [] : [`${callEndNow} = ANY(${bind(endReasons)}::text[])`]),
    ...(externalUserId == null
      ? []
      : [`c.user_id = (SELECT id FROM end_user WHERE external_id = ${bind(externalUserId)})`]),
    ...(applicationId == null ? [] : [`c.application_id = ${bind(applicationId)}::uuid`]),
  ];
}
