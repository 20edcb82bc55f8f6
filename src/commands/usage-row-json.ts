import { encodeId } from '../graphql/ids.ts';
import type { JsonObject } from '../platform/validation/json.ts';
import type { Reader } from '../reader.ts';
import type { UsageRow } from '../usage/usage-query.ts';

/** A row of a report of usage, with the names of the API's UsageRow. */
export async function usageRowJson(
  { start, userId, applicationId, model, provider, sessionsIssued, totals }: UsageRow,
  reader: Pick<Reader, 'user' | 'application'>,
): Promise<JsonObject> {
  const { unpriced: _, transcriptionSeconds, ...sums } = totals;
  const user = userId === null ? null : await reader.user(userId);
  const application = applicationId === null ? null : await reader.application(applicationId);
  return {
    start: start?.toISOString() ?? null,
    user: user === null ? null : { id: encodeId('User', user.id), externalId: user.externalId },
    application:
      application === null ? null : { id: encodeId('Application', application.id), name: application.name },
    model,
    provider,
    sessionsIssued,
    totals: { ...sums, transcriptionSeconds: Number(transcriptionSeconds) },
  };
}
