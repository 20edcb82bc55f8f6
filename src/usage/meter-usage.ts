import type { JsonObject } from '../platform/validation/json.ts';
import type { Session } from '../sessions/session.ts';
import type { PriceList } from './price.ts';
import type { RecordUsage } from './report-usage.ts';
import { toUsageRecord } from './to-usage-record.ts';

/**
 * Records what the provider itself said of a response, or of a transcribed item, of a session's call: once for each id,
 * however often it comes.
 * @returns `refused` when it cannot be read, or contradicts what the provider said of the same response before
 * @throws UnavailableError when we do not know whether it was recorded: send it again
 */
export type MeterUsage = (
  sessionId: string,
  metered: {
    readonly responseId: string;
    readonly usage: JsonObject;
    /** Whether it is what the whole call is billed for so far: the most that was told counts. */
    readonly isSum?: boolean;
  },
) => Promise<'recorded' | 'already' | 'refused'>;

type MeterPorts = {
  readonly readSession: (id: string) => Promise<Session | null>;
  readonly recordUsage: RecordUsage;
  readonly findTimeOfUse: (sessionId: string, responseId: string) => Promise<Date | null>;
  readonly prices: PriceList;
};

export async function meterUsage(
  { readSession, recordUsage, findTimeOfUse, prices }: MeterPorts,
  ...[sessionId, { responseId, usage, isSum = false }]: Parameters<MeterUsage>
): ReturnType<MeterUsage> {
  const session = await readSession(sessionId);
  if (session === null) return 'refused';
  const model = isSum ? session.model : null;
  const input = { responseId, usage, model, at: null, replaces: isSum };
  const read = await toUsageRecord(session, input, 'PROVIDER', { prices, findTimeOfUse });
  if (!read.ok) return 'refused';
  const answer = await recordUsage(read.record, null);
  if (answer === 'reported') return 'recorded';
  return answer === 'already' ? 'already' : 'refused';
}
