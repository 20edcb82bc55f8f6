import type { InputIssue } from '../platform/validation/input-issue.ts';
import { isJsonObject } from '../platform/validation/json.ts';
import type { DialectRules } from '../providers/dialects.ts';
import { extraSchema } from '../providers/extra-fields.ts';
import { SESSION_TYPES, type SessionRequest, type SessionType } from '../sessions/session-config.ts';
import { issuesOfTranscription } from './check-transcription.ts';
import type { ParsedCreateInput } from './create-input-schema.ts';

// Made once: zod builds a new schema at each call of keyof().
const EXTRA_FIELDS = extraSchema.keyof().options;
const OR = new Intl.ListFormat('en', { type: 'disjunction' });

/** The parts of a valid input that the dialect has no words for. They are refused, because dropping them would mint something else. */
export function* issuesOfDialect(input: ParsedCreateInput, rules: DialectRules): Generator<InputIssue> {
  const type = input.type ?? 'REALTIME';
  if (rules.defaults[type] === undefined) {
    yield { path: ['type'], message: 'is not available with this provider' };
    return;
  }
  if (!rules.configures) yield* issuesOfConfig(input);
  else yield* issuesOfFields(input, type, rules);
  yield* issuesOfExtra(input.extra ?? {}, type, rules);
}

function* issuesOfConfig(input: ParsedCreateInput): Generator<InputIssue> {
  for (const [field, value] of Object.entries(input)) {
    if (value !== undefined && TYPES_WITH.has(field)) {
      yield {
        path: [field],
        message: 'is not taken by this provider, whose clients configure their sessions',
      };
    }
  }
}

function* issuesOfFields(
  input: ParsedCreateInput,
  type: SessionType,
  rules: DialectRules,
): Generator<InputIssue> {
  yield* issuesOfType(input, type, rules);
  if (rules.only !== undefined) {
    yield* issuesOfOthers(input, rules.only);
    return;
  }
  yield* issuesOfTemperature(input.temperature, rules.temperature);
  if (
    input.turnDetection?.kind === 'SERVER_VAD' &&
    input.turnDetection.idleTimeoutMs !== null &&
    !rules.idleTimeout
  ) {
    yield {
      path: ['turnDetection', 'serverVad', 'idleTimeoutMs'],
      message: 'is not known to this provider',
    };
  }
  if (input.inputAudioNoiseReduction?.strength != null && !rules.noiseReductionStrength) {
    yield {
      path: ['inputAudioNoiseReduction', 'strength'],
      message: 'is not known to this provider',
    };
  }
  yield* issuesOfTools(input, rules);
}

function* issuesOfOthers(input: ParsedCreateInput, only: readonly string[]): Generator<InputIssue> {
  for (const [field, value] of Object.entries(input)) {
    if (value != null && TYPES_WITH.has(field) && !only.includes(field))
      yield { path: [field], message: 'is not known to this provider' };
  }
}

function* issuesOfExtra(
  extra: NonNullable<ParsedCreateInput['extra']>,
  type: SessionType,
  rules: DialectRules,
): Generator<InputIssue> {
  for (const field of EXTRA_FIELDS) {
    if (extra[field] !== undefined && !rules.extra[type].includes(field)) {
      yield {
        path: ['extra', field],
        message: 'is not known to this provider for this type of session',
      };
    }
  }
  const { reasoning } = extra;
  if (rules.extra[type].includes('reasoning') && isJsonObject(reasoning)) {
    const { effort } = reasoning;
    if (effort !== undefined && !rules.efforts.some((known) => known === effort))
      yield { path: ['extra', 'reasoning', 'effort'], message: `must be ${OR.format(rules.efforts)}` };
  }
}

function* issuesOfTemperature(
  temperature: number | undefined,
  range: DialectRules['temperature'],
): Generator<InputIssue> {
  if (temperature === undefined) return;
  if (range === null) {
    yield { path: ['temperature'], message: 'is not known to this provider' };
  } else if (temperature < range[0] || temperature > range[1]) {
    yield { path: ['temperature'], message: `must be from ${range[0]} to ${range[1]}` };
  }
}

function* issuesOfTools(input: ParsedCreateInput, rules: DialectRules): Generator<InputIssue> {
  if (!rules.namedToolChoice && (input.toolChoice?.mode === 'FUNCTION' || input.toolChoice?.mode === 'MCP')) {
    yield {
      path: ['toolChoice', 'mode'],
      message: 'must be AUTO, NONE or REQUIRED with this provider',
    };
  }
  for (const [index, tool] of (input.tools ?? []).entries()) {
    if (tool.kind === 'MCP' && !rules.mcpTools) {
      yield { path: ['tools', String(index), 'mcp'], message: 'is not known to this provider' };
    }
  }
}

const ALL: readonly SessionType[] = SESSION_TYPES;
const SPOKEN_TO: readonly SessionType[] = ['REALTIME', 'TRANSCRIPTION'];
const CONVERSATION: readonly SessionType[] = ['REALTIME'];

// The types of session that have each field. A transcription session only listens; a translation session only translates.
const TYPES_WITH: ReadonlyMap<string, readonly SessionType[]> = new Map(
  Object.entries({
    modalities: CONVERSATION,
    instructions: CONVERSATION,
    voice: CONVERSATION,
    inputAudioFormat: SPOKEN_TO,
    outputAudioFormat: CONVERSATION,
    inputAudioTranscription: ALL,
    turnDetection: SPOKEN_TO,
    inputAudioNoiseReduction: ALL,
    tools: CONVERSATION,
    toolChoice: CONVERSATION,
    // Checked for each type of session by the dialect's rules.
    temperature: ALL,
    maxResponseOutputTokens: CONVERSATION,
    outputLanguage: ['TRANSLATION'],
  } satisfies Record<Exclude<keyof SessionRequest, 'type' | 'model' | 'extra'>, readonly SessionType[]>),
);

function* issuesOfType(
  input: ParsedCreateInput,
  type: SessionType,
  rules: DialectRules,
): Generator<InputIssue> {
  for (const [field, value] of Object.entries(input)) {
    // What a type of session does not have is off: null asks for nothing else.
    if (value != null && TYPES_WITH.get(field)?.includes(type) === false) yield doesNotApply([field], type);
  }
  if (type === 'TRANSCRIPTION') yield* issuesOfTranscriptionSession(input);
  if (type === 'TRANSLATION') yield* issuesOfTranslation(input);
  else yield* issuesOfTranscription(input, rules);
}

function doesNotApply(path: readonly string[], type: SessionType): InputIssue {
  return { path, message: `does not apply to a ${type.toLowerCase()} session` };
}

function* issuesOfTranscriptionSession(input: ParsedCreateInput): Generator<InputIssue> {
  const { model } = input.inputAudioTranscription ?? {};
  if (input.model !== undefined && typeof model === 'string' && model !== input.model) {
    yield { path: ['inputAudioTranscription', 'model'], message: 'must be the same as model, or left out' };
  }
}

// All that a translation session has of these.
const PARTS_OF_TRANSLATION = [
  ['inputAudioTranscription', 'model'],
  ['inputAudioNoiseReduction', 'type'],
] as const;

function* issuesOfTranslation(input: ParsedCreateInput): Generator<InputIssue> {
  for (const [field, only] of PARTS_OF_TRANSLATION) {
    for (const [part, value] of Object.entries(input[field] ?? {})) {
      if (value !== null && part !== only) yield doesNotApply([field, part], 'TRANSLATION');
    }
  }
  if (input.inputAudioTranscription?.model === null) {
    yield { path: ['inputAudioTranscription', 'model'], message: 'is needed for a translation session' };
  }
}
