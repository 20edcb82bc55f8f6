import { isJsonObject, type Json, type JsonObject } from '../../platform/validation/json.ts';

// Named as a whole, because their parts mean nothing by themselves.
const WHOLE: ReadonlySet<string> = new Set([
  'tools',
  'tool_choice',
  'prompt',
  'tracing',
  'truncation',
  'audio.input.format',
  'audio.input.transcription',
  'audio.input.noise_reduction',
  'audio.input.turn_detection',
  'audio.output.format',
]);
const SNAPSHOT_DATE = /-\d{4}-\d{2}-\d{2}$/;

/**
 * The fields of a session that were asked for and are now something else, by their names on the wire, sorted. What is not
 * mentioned, and what the provider fills in by itself, is no change. Values are compared, and never returned.
 */
export function changedFields(asked: JsonObject, now: JsonObject): readonly string[] {
  return [...changesOf(asked, now, [])].sort();
}

function* changesOf(asked: JsonObject, now: JsonObject, place: readonly string[]): Generator<string> {
  for (const [name, value] of Object.entries(asked)) {
    const answered = now[name];
    if (answered === undefined) continue;
    const path = [...place, name];
    const field = path.join('.');
    if (!WHOLE.has(field) && isJsonObject(value) && isJsonObject(answered))
      yield* changesOf(value, answered, path);
    else if (!isSame(value, answered, name)) yield field;
  }
}

/** Whether what is now holds everything that was asked for. */
function isSame(asked: Json, now: Json, name: string): boolean {
  if (typeof asked === 'number' && typeof now === 'number')
    // Upstream keeps some in 32 bits.
    return Math.abs(asked - now) <= 1e-6 * Math.max(1, Math.abs(asked));
  if (name === 'model' && typeof asked === 'string' && typeof now === 'string')
    return now === asked || now.replace(SNAPSHOT_DATE, '') === asked;
  if (Array.isArray(asked)) return Array.isArray(now) && isSameList(asked, now);
  if (!isJsonObject(asked)) return asked === now;
  // A custom voice is asked for as an object, and may be answered as a name.
  if (!isJsonObject(now)) return typeof now === 'string' && now === asked['id'];
  return Object.entries(asked).every(([key, value]) => {
    const answered = now[key];
    return answered === undefined || isSame(value, answered, key);
  });
}

function isSameList(asked: readonly Json[], now: readonly Json[]): boolean {
  return (
    asked.length === now.length &&
    asked.every((value, index) => {
      const answered = now[index];
      return answered !== undefined && isSame(value, answered, '');
    })
  );
}
