import type {
  Include,
  OutputParams,
  PromptParams,
  PromptPartParams,
  RealtimeParams,
  ReasoningParams,
  TracingParams,
  TruncationParams,
} from './client-secret-params.ts';
import { isObject, type Refusals } from './refusals.ts';
import { EFFORTS, isKeyOf } from './wire-names.ts';

/** The session fields that the input has in `extra`, under OpenAI's names. */
export type ExtraParams = Pick<OutputParams, 'speed'> &
  Pick<
    RealtimeParams,
    'include' | 'parallel_tool_calls' | 'prompt' | 'reasoning' | 'tracing' | 'truncation'
  >;

/** Takes the fields out of `extra`, which may hold anything, and refuses those that OpenAI's parameters have no place for. */
export function writeExtra(extra: unknown, refusals: Refusals): ExtraParams {
  const params: ExtraParams = {};
  if (extra === undefined || extra === null) return params;
  if (!isObject(extra)) {
    refusals.refuse(['extra'], 'must be an object');
    return params;
  }
  const { speed, include, parallel_tool_calls, prompt, reasoning, tracing, truncation, ...others } = extra;
  refusals.refuseAll(['extra'], others);
  const refuse = (field: keyof ExtraParams) => refusals.refuse(['extra', field], 'is not as OpenAI has it');

  if (typeof speed === 'number') params.speed = speed;
  else if (speed !== undefined) refuse('speed');
  if (isListOf(include, isInclude)) params.include = include;
  else if (include !== undefined) refuse('include');
  if (typeof parallel_tool_calls === 'boolean') params.parallel_tool_calls = parallel_tool_calls;
  else if (parallel_tool_calls !== undefined) refuse('parallel_tool_calls');
  if (prompt === null || isPrompt(prompt)) params.prompt = prompt;
  else if (prompt !== undefined) refuse('prompt');
  if (isReasoning(reasoning)) params.reasoning = reasoning;
  else if (reasoning !== undefined) refuse('reasoning');
  if (tracing === null || isTracing(tracing)) params.tracing = tracing;
  else if (tracing !== undefined) refuse('tracing');
  if (isTruncation(truncation)) params.truncation = truncation;
  else if (truncation !== undefined) refuse('truncation');
  return params;
}

function isListOf<T>(value: unknown, isItem: (item: unknown) => item is T): value is T[] {
  return Array.isArray(value) && value.every(isItem);
}

function isInclude(value: unknown): value is Include {
  return value === ('item.input_audio_transcription.logprobs' satisfies Include);
}

function isReasoning(value: unknown): value is ReasoningParams {
  return isObject(value) && (value['effort'] === undefined || isKeyOf(EFFORTS, value['effort']));
}

function isTracing(value: unknown): value is TracingParams {
  if (!isObject(value)) return value === 'auto';
  return isOptionalText(value['group_id']) && isOptionalText(value['workflow_name']);
}

function isTruncation(value: unknown): value is TruncationParams {
  if (!isObject(value)) return value === 'auto' || value === 'disabled';
  return value['type'] === 'retention_ratio' && typeof value['retention_ratio'] === 'number';
}

function isPrompt(value: unknown): value is PromptParams {
  if (!isObject(value) || typeof value['id'] !== 'string') return false;
  const { version, variables } = value;
  if (version !== null && !isOptionalText(version)) return false;
  if (variables === undefined || variables === null) return true;
  return isObject(variables) && Object.values(variables).every((part) => typeof part === 'string' || isPart(part));
}

function isPart(value: unknown): value is PromptPartParams {
  return isObject(value) && isKeyOf(PARTS, value['type']);
}

const PARTS = {
  input_text: true,
  input_image: true,
  input_file: true,
} as const satisfies Record<PromptPartParams['type'], true>;

function isOptionalText(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string';
}
