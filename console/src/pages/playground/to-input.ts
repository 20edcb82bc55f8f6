import type { CreateRealtimeSessionInput, LabelInput, ToolInput } from '../../gql/graphql.ts';
import type { Draft, DraftField } from './draft.ts';
import { read } from './read-fields.ts';

export type Problems = Partial<Record<DraftField, string>>;
export type Written = { readonly input: CreateRealtimeSessionInput; readonly problems: Problems };

/** The input that a form means, and what of it cannot be read. What is written wrongly is left out, and not sent. */
export function toInput(draft: Draft): Written {
  const problems: Problems = {};
  const form = read(draft, problems);
  const { text, number, whole, oneOf, json } = form;
  const input: CreateRealtimeSessionInput = {
    externalUserId: text('externalUserId'),
    type: oneOf('type', ['REALTIME', 'TRANSCRIPTION', 'TRANSLATION']),
    provider: text('provider'),
    model: text('model'),
    voice: text('voice'),
    instructions: text('instructions'),
    outputLanguage: text('outputLanguage'),
    expiresAfterSeconds: whole('expiresAfterSeconds'),
    connection: oneOf('connection', ['DIRECT', 'BROKERED']),
    ...(draft.connection === 'BROKERED' && {
      maxCallSeconds: whole('maxCallSeconds'),
      idleSeconds: whole('idleSeconds'),
    }),
    modalities: modalities(draft.modalities),
    temperature: number('temperature'),
    maxResponseOutputTokens:
      draft.maxResponseOutputTokens === 'inf' ? 'inf' : whole('maxResponseOutputTokens'),
    inputAudioFormat: oneOf('inputAudioFormat', ['PCM16', 'G711_ULAW', 'G711_ALAW']),
    outputAudioFormat: oneOf('outputAudioFormat', ['PCM16', 'G711_ULAW', 'G711_ALAW']),
    inputAudioNoiseReduction: noiseReduction(form, draft),
    inputAudioTranscription: transcription(form, draft),
    turnDetection: turnDetection(form, draft),
    toolChoice: toolChoice(form),
    tools: json<ToolInput[]>('tools', Array.isArray, 'must be a list in JSON'),
    labels: labels(draft.labels, problems),
    extra: json<object>('extra', isObject, 'must be an object in JSON'),
    idempotencyKey: text('idempotencyKey'),
  };
  return { input: withoutUndefined(input), problems };
}

type Form = ReturnType<typeof read>;

function modalities(value: string): CreateRealtimeSessionInput['modalities'] {
  if (value === 'BOTH') return ['TEXT', 'AUDIO'];
  return value === 'TEXT' || value === 'AUDIO' ? [value] : undefined;
}

function noiseReduction(form: Form, draft: Draft): CreateRealtimeSessionInput['inputAudioNoiseReduction'] {
  if (draft.noiseReduction === 'OFF') return null;
  const type = form.oneOf('noiseReduction', ['NEAR_FIELD', 'FAR_FIELD']);
  return type === undefined ? undefined : { type };
}

function transcription(form: Form, draft: Draft): CreateRealtimeSessionInput['inputAudioTranscription'] {
  if (draft.transcription === 'OFF') return null;
  if (draft.transcription !== 'ON') return undefined;
  return withoutUndefined({
    model: form.text('transcriptionModel'),
    language: form.text('transcriptionLanguage'),
    prompt: form.text('transcriptionPrompt'),
  });
}

function turnDetection(form: Form, draft: Draft): CreateRealtimeSessionInput['turnDetection'] {
  switch (draft.turnDetection) {
    case 'OFF':
      return { disabled: true };
    case 'SEMANTIC':
      return {
        semanticVad: withoutUndefined({
          eagerness: form.oneOf('eagerness', ['AUTO', 'LOW', 'MEDIUM', 'HIGH']),
        }),
      };
    case 'SERVER':
      return {
        serverVad: withoutUndefined({
          threshold: form.number('threshold'),
          silenceDurationMs: form.whole('silenceDurationMs'),
        }),
      };
    default:
      return undefined;
  }
}

function toolChoice({ oneOf, text }: Form): CreateRealtimeSessionInput['toolChoice'] {
  const mode = oneOf('toolChoice', ['AUTO', 'NONE', 'REQUIRED', 'FUNCTION', 'MCP']);
  if (mode === undefined) return undefined;
  const name = mode === 'FUNCTION' || mode === 'MCP' ? text('toolName') : undefined;
  return withoutUndefined({ mode, name, serverLabel: mode === 'MCP' ? text('toolServer') : undefined });
}

/** A line each, as key=value. */
function labels(value: string, problems: Problems): LabelInput[] | undefined {
  const lines = value.split('\n').filter((line) => line.trim() !== '');
  if (lines.length === 0) return undefined;
  if (lines.some((line) => !line.includes('='))) problems.labels = 'must be key=value, a line each';
  return lines
    .filter((line) => line.includes('='))
    .map((line) => {
      const at = line.indexOf('=');
      return { key: line.slice(0, at).trim(), value: line.slice(at + 1).trim() };
    });
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Without its undefined fields, which are not sent either. */
function withoutUndefined<T extends object>(value: T): T {
  for (const name of Object.keys(value))
    if (Reflect.get(value, name) === undefined) Reflect.deleteProperty(value, name);
  return value;
}
