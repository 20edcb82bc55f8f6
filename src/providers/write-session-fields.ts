import type { Json, JsonObject } from '../platform/validation/json.ts';
import type {
  InputAudioTranscription,
  McpToolRequest,
  NoiseReduction,
  ToolChoice,
  ToolRequest,
  TurnDetection,
} from '../sessions/session-config.ts';
import { DELAYS, EAGERNESSES, NOISE_REDUCTIONS, TOOL_CHOICE_MODES } from './wire-names.ts';
import { withoutUndefined } from './without-undefined.ts';

// Both dialects write these values alike and differ in where they put them. Undefined means "not asked for" and is left
// out; null, where upstream has it, means "switched off" and is sent.

/** Writes turn_detection. */
export function writeTurnDetection(asked: TurnDetection | null | undefined): JsonObject | null | undefined {
  if (asked === undefined || asked === null) return asked;
  const responses = {
    create_response: asked.createResponse ?? undefined,
    interrupt_response: asked.interruptResponse ?? undefined,
  };
  switch (asked.kind) {
    case 'SERVER_VAD':
      return withoutUndefined({
        type: 'server_vad',
        threshold: asked.threshold ?? undefined,
        prefix_padding_ms: asked.prefixPaddingMs ?? undefined,
        silence_duration_ms: asked.silenceDurationMs ?? undefined,
        idle_timeout_ms: asked.idleTimeoutMs ?? undefined,
        ...responses,
      });
    case 'SEMANTIC_VAD':
      return withoutUndefined({
        type: 'semantic_vad',
        eagerness: asked.eagerness === null ? undefined : EAGERNESSES[asked.eagerness],
        ...responses,
      });
    default:
      return asked satisfies never;
  }
}

/** Writes input_audio_transcription, or audio.input.transcription. */
export function writeTranscription(
  asked: InputAudioTranscription | null | undefined,
): JsonObject | null | undefined {
  if (asked === undefined || asked === null) return asked;
  return withoutUndefined({
    model: asked.model ?? undefined,
    language: asked.language ?? undefined,
    languages: asked.languages ?? undefined,
    prompt: asked.prompt ?? undefined,
    keywords: asked.keywords ?? undefined,
    delay: asked.delay === null ? undefined : DELAYS[asked.delay],
  });
}

/** Writes input_audio_noise_reduction, or audio.input.noise_reduction. */
export function writeNoiseReduction(asked: NoiseReduction | null | undefined): JsonObject | null | undefined {
  if (asked === undefined || asked === null) return asked;
  return withoutUndefined({ type: NOISE_REDUCTIONS[asked.type], strength: asked.strength ?? undefined });
}

/** Writes a voice. A name that begins with "voice_" is a custom voice's, which is sent as an object. */
export function writeVoice(asked: string | null | undefined): Json | undefined {
  if (asked === undefined || asked === null) return undefined;
  return asked.startsWith('voice_') ? { id: asked } : asked;
}

/** Writes tool_choice: a mode, or an object that names what to call. */
export function writeToolChoice(asked: ToolChoice | null | undefined): Json | undefined {
  if (asked === undefined || asked === null) return undefined;
  switch (asked.mode) {
    case 'AUTO':
    case 'NONE':
    case 'REQUIRED':
      return TOOL_CHOICE_MODES[asked.mode];
    case 'FUNCTION':
      return withoutUndefined({ type: 'function', name: asked.name ?? undefined });
    case 'MCP':
      return withoutUndefined({
        type: 'mcp',
        server_label: asked.serverLabel ?? undefined,
        name: asked.name ?? undefined,
      });
    default:
      return asked.mode satisfies never;
  }
}

/** Writes one of tools, with its credentials in plain. */
export function writeTool(tool: ToolRequest): JsonObject {
  switch (tool.kind) {
    case 'FUNCTION':
      return withoutUndefined({
        type: 'function',
        name: tool.name,
        description: tool.description ?? undefined,
        parameters: tool.parameters ?? undefined,
      });
    case 'MCP':
      return withoutUndefined({
        type: 'mcp',
        server_label: tool.serverLabel,
        server_url: tool.serverUrl ?? undefined,
        connector_id: tool.connectorId ?? undefined,
        server_description: tool.serverDescription ?? undefined,
        authorization: tool.authorization?.forUpstream(),
        headers: writeHeaders(tool.headers),
        allowed_tools: writeAllowedTools(tool),
        require_approval: tool.requireApproval ?? undefined,
      });
    default:
      return tool satisfies never;
  }
}

function writeAllowedTools({ allowedTools, readOnlyTools }: McpToolRequest): Json | undefined {
  if (readOnlyTools === null) return allowedTools ?? undefined;
  return withoutUndefined({ tool_names: allowedTools ?? undefined, read_only: readOnlyTools });
}

function writeHeaders(headers: McpToolRequest['headers']): JsonObject | undefined {
  if (headers.length === 0) return undefined;
  return Object.fromEntries(headers.map(({ name, value }) => [name, value.forUpstream()]));
}
