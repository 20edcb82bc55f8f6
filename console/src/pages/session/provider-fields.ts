// What the provider calls the sixteen fields, in the dialects that there are: nested (OpenAI's GA API, xAI) and flat (the
// earlier API, and Azure's preview). The record says which one it was, by having the field.

/** The fields of the session as the API names them, with the paths that providers have them at. */
const PATHS = {
  upstreamSessionId: ['id'],
  object: ['object'],
  clientSecret: ['client_secret'],
  model: ['model', 'audio.input.transcription.model', 'input_audio_transcription.model'],
  modalities: ['output_modalities', 'modalities'],
  instructions: ['instructions'],
  voice: ['audio.output.voice', 'voice'],
  inputAudioFormat: ['audio.input.format', 'input_audio_format'],
  outputAudioFormat: ['audio.output.format', 'output_audio_format'],
  inputAudioTranscription: ['audio.input.transcription', 'input_audio_transcription'],
  inputAudioNoiseReduction: ['audio.input.noise_reduction', 'input_audio_noise_reduction'],
  turnDetection: ['audio.input.turn_detection', 'turn_detection'],
  tools: ['tools'],
  toolChoice: ['tool_choice'],
  temperature: ['temperature'],
  maxResponseOutputTokens: ['max_output_tokens', 'max_response_output_tokens'],
} as const satisfies Record<string, readonly [string, ...string[]]>;

export type SessionFieldName = keyof typeof PATHS;

/** The sixteen fields, in the order in which they are shown. */
export const sessionFieldNames: readonly SessionFieldName[] = [
  'upstreamSessionId',
  'object',
  'model',
  'clientSecret',
  'modalities',
  'voice',
  'instructions',
  'inputAudioFormat',
  'outputAudioFormat',
  'inputAudioTranscription',
  'inputAudioNoiseReduction',
  'turnDetection',
  'tools',
  'toolChoice',
  'temperature',
  'maxResponseOutputTokens',
];

export type ProviderField = {
  /** The name of the provider, as a path, e.g. "audio.input.format". */
  readonly path: string;
  readonly value: unknown;
};

/** A field as the provider named and sent it. Null when its answer does not have it. */
export function providerField(upstreamConfig: unknown, name: SessionFieldName): ProviderField | null {
  for (const path of PATHS[name]) {
    const value = valueAt(upstreamConfig, path.split('.'));
    if (value !== undefined) return { path, value };
  }
  return null;
}

/** The fields of the provider's answer that are none of the sixteen, e.g. tracing. */
export function furtherFields(upstreamConfig: unknown): readonly ProviderField[] {
  const known = new Set<string>(Object.values(PATHS).flat());
  return leaves(upstreamConfig, '', known);
}

function leaves(value: unknown, prefix: string, known: ReadonlySet<string>): readonly ProviderField[] {
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, child]) => {
    const path = prefix === '' ? key : `${prefix}.${key}`;
    if (known.has(path)) return [];
    const isAbove = [...known].some((other) => other.startsWith(`${path}.`));
    return isAbove && isObject(child) ? leaves(child, path, known) : [{ path, value: child }];
  });
}

function valueAt(value: unknown, [key, ...rest]: readonly string[]): unknown {
  if (key === undefined) return value;
  return isObject(value) && Object.hasOwn(value, key) ? valueAt(value[key], rest) : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
