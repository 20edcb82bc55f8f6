import type { JsonObject } from '../../platform/validation/json.ts';
import { withoutUndefined } from '../without-undefined.ts';
import type { SandboxSession } from './sandbox-schema.ts';

export type RealtimeSession = Extract<SandboxSession, { type: 'realtime' }>;
type Input = NonNullable<NonNullable<RealtimeSession['audio']>['input']>;
type Tool = NonNullable<RealtimeSession['tools']>[number];

const PCM = { type: 'audio/pcm', rate: 24_000 };
const SERVER_VAD = {
  type: 'server_vad',
  threshold: 0.5,
  prefix_padding_ms: 300,
  silence_duration_ms: 200,
  idle_timeout_ms: null,
  create_response: true,
  interrupt_response: true,
};
const SEMANTIC_VAD = { eagerness: 'auto', create_response: true, interrupt_response: true };

/** The session in the answer, like OpenAI's example: what was asked for, with defaults for the rest. */
export function answerSession(asked: SandboxSession, id: string, expiresAt: number): JsonObject {
  switch (asked.type) {
    case 'realtime':
      return answerRealtime(asked, id);
    case 'transcription':
      return {
        type: 'transcription',
        object: 'realtime.transcription_session',
        id,
        // OpenAI answers 0 too, because the session has not begun.
        expires_at: 0,
        audio: { input: answerInput(asked.audio?.input) },
        include: asked.include ?? null,
      };
    case 'translation':
      return {
        type: 'translation',
        id,
        expires_at: expiresAt,
        model: asked.model,
        audio: {
          input: {
            transcription: asked.audio?.input?.transcription ?? null,
            noise_reduction: asked.audio?.input?.noise_reduction ?? null,
          },
          output: asked.audio?.output ?? {},
        },
      };
    default:
      return asked satisfies never;
  }
}

function answerRealtime(asked: RealtimeSession, id: string): JsonObject {
  const { input, output } = asked.audio ?? {};
  return withoutUndefined({
    type: 'realtime',
    object: 'realtime.session',
    id,
    model: asked.model ?? 'gpt-realtime-2.1',
    output_modalities: asked.output_modalities ?? ['audio'],
    instructions: asked.instructions,
    tools: (asked.tools ?? []).map(withoutCredentials),
    tool_choice: asked.tool_choice ?? 'auto',
    max_output_tokens: asked.max_output_tokens ?? 'inf',
    tracing: asked.tracing ?? null,
    truncation: asked.truncation ?? 'auto',
    prompt: asked.prompt ?? null,
    reasoning: asked.reasoning === undefined ? undefined : withoutUndefined(asked.reasoning),
    expires_at: 0,
    audio: {
      input: answerInput(input),
      output: {
        format: output?.format ?? PCM,
        voice: typeof output?.voice === 'object' ? output.voice.id : (output?.voice ?? 'alloy'),
        speed: output?.speed ?? 1,
      },
    },
    include: asked.include ?? null,
  });
}

function answerInput(asked: Input | undefined): JsonObject {
  return {
    format: asked?.format ?? PCM,
    transcription: asked?.transcription ?? null,
    noise_reduction: asked?.noise_reduction ?? null,
    turn_detection: answerTurnDetection(asked?.turn_detection),
  };
}

function answerTurnDetection(asked: Input['turn_detection']): JsonObject | null {
  if (asked === null) return null;
  return asked?.type === 'semantic_vad' ? { ...SEMANTIC_VAD, ...asked } : { ...SERVER_VAD, ...asked };
}

/** A tool without its credentials. Whether OpenAI repeats them is unknown; the sandbox never does. */
function withoutCredentials(tool: Tool): JsonObject {
  if (tool.type === 'function') return tool;
  const { authorization: _, headers: __, ...shown } = tool;
  return shown;
}
