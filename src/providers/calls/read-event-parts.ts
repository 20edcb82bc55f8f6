import type { CallEvent } from '../../calls/call-provider.ts';
import { isJsonObject, type Json, type JsonObject } from '../../platform/validation/json.ts';
import { unixTime } from '../answer-parts.ts';
import { idOf } from './call-wire.ts';

type UsageEvent = Extract<CallEvent, { kind: 'usage' }>;

// Deeper and longer than any usage object; what is beyond is not about money.
const MAX_DEPTH = 4;
const MAX_FIELDS = 64;
const FIELD = /^[a-z][a-z0-9_]{0,63}$/;

/** An event of usage; none when there is no id, by which it is counted once, or nothing was used. */
export function usageOf(
  of: UsageEvent['of'],
  id: Json | undefined,
  usage: Json | undefined,
): readonly UsageEvent[] {
  const responseId = idOf(id);
  if (responseId === null || !isJsonObject(usage)) return [];
  return [{ kind: 'usage', of, responseId, usage: numbersOf(usage, MAX_DEPTH) }];
}

/** When the provider ends the call; null when the session does not say. */
export function expiryOf(session: JsonObject): Date | null {
  return unixTime(session['expires_at']) ?? null;
}

/** The numbers of a usage object, and what it is billed by. Words are not passed on, whoever put them there. */
function numbersOf(usage: JsonObject, depth: number): JsonObject {
  const numbers: Record<string, Json> = {};
  for (const [name, value] of Object.entries(usage).slice(0, MAX_FIELDS)) {
    if (!FIELD.test(name)) continue;
    if (typeof value === 'number') numbers[name] = value;
    else if (name === 'type' && (value === 'tokens' || value === 'duration')) numbers[name] = value;
    else if (isJsonObject(value) && depth > 1) numbers[name] = numbersOf(value, depth - 1);
  }
  return numbers;
}
