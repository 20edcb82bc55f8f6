import { isJsonObject, type Json, type JsonObject } from '../../src/platform/validation/json.ts';

// What OpenAI's document and guides say of each model, written down a second time: the gateway's own table is not asked.
const NOT_TAKEN: Readonly<Record<string, readonly string[]>> = {
  'whisper-1': ['languages', 'keywords', 'delay'],
  'gpt-4o-transcribe': ['languages', 'keywords', 'delay'],
  'gpt-4o-mini-transcribe': ['languages', 'keywords', 'delay'],
  'gpt-4o-mini-transcribe-2025-12-15': ['languages', 'keywords', 'delay'],
  'gpt-4o-transcribe-diarize': ['languages', 'keywords', 'delay', 'prompt'],
  'gpt-transcribe': ['language', 'delay'],
  'gpt-live-transcribe': ['language', 'delay'],
  'gpt-realtime-whisper': ['languages', 'keywords', 'prompt'],
};
const WITHOUT_TURNS = ['gpt-live-transcribe', 'gpt-realtime-whisper'];

/** The first field of a GA request that OpenAI refuses, by its path; null when it refuses none of those that are looked at. */
export function refusedField(body: Json): string | null {
  const session = child(body, 'session');
  const input = child(child(session, 'audio'), 'input');
  const tools = child(session, 'tools');
  return (
    refusedInTranscription(child(input, 'transcription')) ??
    refusedTurnDetection(session, input) ??
    refusedStrength(child(child(input, 'noise_reduction'), 'strength')) ??
    (Array.isArray(tools) ? refusedTool(tools) : null)
  );
}

function refusedInTranscription(transcription: Json): string | null {
  if (!isJsonObject(transcription)) return null;
  const path = 'session.audio.input.transcription';
  const { model, languages } = transcription;
  const field =
    typeof model === 'string' && Object.hasOwn(NOT_TAKEN, model)
      ? NOT_TAKEN[model]?.find((name) => name in transcription)
      : undefined;
  if (field !== undefined) return `${path}.${field}`;
  return Array.isArray(languages) && languages.length === 0 ? `${path}.languages` : null;
}

/** As the document says it: for such a model turn detection must be set to null. */
function refusedTurnDetection(session: Json, input: Json): string | null {
  const model = child(child(input, 'transcription'), 'model');
  if (child(session, 'type') !== 'transcription' || typeof model !== 'string') return null;
  const isNull = isJsonObject(input) && input['turn_detection'] === null;
  return WITHOUT_TURNS.includes(model) && !isNull ? 'session.audio.input.turn_detection' : null;
}

function refusedStrength(strength: Json): string | null {
  if (strength === null || (typeof strength === 'number' && strength >= 0 && strength <= 1)) return null;
  return 'session.audio.input.noise_reduction.strength';
}

function refusedTool(tools: readonly Json[]): string | null {
  const index = tools.findIndex(
    (tool) => isJsonObject(tool) && tool['type'] === 'mcp' && 'server_url' in tool === 'connector_id' in tool,
  );
  return index < 0 ? null : `session.tools[${index}].server_url`;
}

function child(value: Json, key: string): Json {
  return isJsonObject(value) ? (value[key] ?? null) : null;
}

/** The body of OpenAI's answer to a request with that field. */
export function refusalOf(param: string): JsonObject {
  const message = `Invalid value for '${param}'.`;
  return { error: { message, type: 'invalid_request_error', param, code: 'invalid_value' } };
}
