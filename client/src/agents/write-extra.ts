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
import { withoutUndefined } from './without-undefined.ts';

/** The session fields that the input has in `extra`, under OpenAI's names. */
export type ExtraParams = Pick<OutputParams, 'speed'> &
  Pick<RealtimeParams, 'include' | 'parallel_tool_calls' | 'prompt' | 'reasoning' | 'tracing' | 'truncation'>;

/** Takes the fields out of `extra`, which may hold anything, and refuses those that OpenAI's parameters have no place for. */
export function writeExtra(extra: unknown, refusals: Refusals): ExtraParams {
  if (extra === undefined || extra === null) return {};
  if (!isObject(extra)) return refusals.refuse(['extra'], 'must be an object') ?? {};
  const { speed, include, parallel_tool_calls, prompt, reasoning, tracing, truncation, ...others } = extra;
  refusals.refuseAll(['extra'], others);
  const checked = <T>(field: keyof ExtraParams, value: unknown, isValid: (value: unknown) => value is T) =>
    value === undefined || isValid(value)
      ? value
      : refusals.refuse(['extra', field], 'is not as OpenAI has it');
  return withoutUndefined({
    speed: checked('speed', speed, isNumber),
    include: checked('include', include, isIncludes),
    parallel_tool_calls: checked('parallel_tool_calls', parallel_tool_calls, isBoolean),
    prompt: checked('prompt', prompt, isPrompt),
    reasoning: checked('reasoning', reasoning, isReasoning),
    tracing: checked('tracing', tracing, isTracing),
    truncation: checked('truncation', truncation, isTruncation),
  });
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

function isBoolean(value: unknown): value is boolean {
  return typeof value === 'boolean';
}

function isIncludes(value: unknown): value is Include[] {
  const only: Include = 'item.input_audio_transcription.logprobs';
  return Array.isArray(value) && value.every((name) => name === only);
}

function isReasoning(value: unknown): value is ReasoningParams {
  return isObject(value) && (value['effort'] === undefined || isKeyOf(EFFORTS, value['effort']));
}

function isTracing(value: unknown): value is TracingParams | null {
  if (!isObject(value)) return value === 'auto' || value === null;
  return isOptionalText(value['group_id']) && isOptionalText(value['workflow_name']);
}

function isTruncation(value: unknown): value is TruncationParams {
  if (!isObject(value)) return value === 'auto' || value === 'disabled';
  return value['type'] === 'retention_ratio' && typeof value['retention_ratio'] === 'number';
}

function isPrompt(value: unknown): value is PromptParams | null {
  if (value === null) return true;
  if (!isObject(value) || typeof value['id'] !== 'string') return false;
  const { version, variables } = value;
  if (version !== null && !isOptionalText(version)) return false;
  if (variables === undefined || variables === null) return true;
  return (
    isObject(variables) && Object.values(variables).every((part) => typeof part === 'string' || isPart(part))
  );
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
