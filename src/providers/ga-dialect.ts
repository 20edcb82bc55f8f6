import type { Json, JsonObject } from '../platform/validation/json.ts';
import type { AudioFormat, SessionRequest, SessionType } from '../sessions/session-config.ts';
import { type AnswerPaths, readAnswer } from './read-answer.ts';
import type { RequestPaths } from './request-paths.ts';
import type { MintAnswer, WireDialect } from './wire-dialect.ts';
import { GA_AUDIO_FORMATS, MODALITIES, SESSION_TYPES } from './wire-names.ts';
import { withoutUndefined, withoutUndefinedOrEmpty } from './without-undefined.ts';
import {
  writeNoiseReduction,
  writeTool,
  writeToolChoice,
  writeTranscription,
  writeTurnDetection,
  writeVoice,
} from './write-session-fields.ts';

const ENDPOINTS = {
  REALTIME: '/realtime/client_secrets',
  TRANSCRIPTION: '/realtime/client_secrets',
  TRANSLATION: '/realtime/translations/client_secrets',
} as const satisfies Record<SessionType, string>;

/** The general-availability API: fields of sound are under audio.input and audio.output. */
export const gaDialect: WireDialect = {
  name: 'ga',
  path: (type) => ENDPOINTS[type],
  writeRequest: (session, expiresAfterSeconds) => ({
    expires_after: { anchor: 'created_at', seconds: expiresAfterSeconds },
    session: writeGaSession(session),
  }),
  readAnswer: readGaAnswer,
};

/** Reads an answer of the GA API; null when there is no secret in it. Never throws, whatever the answer holds. */
export function readGaAnswer(json: Json): MintAnswer | null {
  const answer = readAnswer(json, PATHS);
  return answer === null ? null : withTranscriptionModel(answer);
}

/** The session object of a request. */
export function writeGaSession(session: SessionRequest): JsonObject {
  const transcribes = session.type === 'TRANSCRIPTION';
  const { speed, tracing, truncation, include, reasoning, parallel_tool_calls, prompt } = session.extra;
  return withoutUndefined({
    // The endpoint of translations has no other type, and no word for it.
    type: session.type === 'TRANSLATION' ? undefined : SESSION_TYPES[session.type],
    model: transcribes ? undefined : session.model,
    output_modalities: session.modalities?.map((modality) => MODALITIES[modality]),
    instructions: session.instructions ?? undefined,
    audio: withoutUndefinedOrEmpty({
      input: withoutUndefinedOrEmpty(writeInput(session)),
      output: withoutUndefinedOrEmpty(writeOutput(session, speed)),
    }),
    tools: session.tools?.map(writeTool),
    tool_choice: writeToolChoice(session.toolChoice),
    temperature: session.temperature ?? undefined,
    max_output_tokens: session.maxResponseOutputTokens ?? undefined,
    tracing,
    truncation,
    include,
    reasoning,
    parallel_tool_calls,
    prompt,
  });
}

function writeInput(session: SessionRequest) {
  const transcription = writeTranscription(session.inputAudioTranscription);
  return {
    format: writeFormat(session.inputAudioFormat),
    // A transcription session names its model here, and here only.
    transcription:
      session.type === 'TRANSCRIPTION' ? { ...transcription, model: session.model } : transcription,
    noise_reduction: writeNoiseReduction(session.inputAudioNoiseReduction),
    turn_detection: writeTurnDetection(session.turnDetection),
  };
}

function writeOutput(session: SessionRequest, speed: Json | undefined) {
  return {
    format: writeFormat(session.outputAudioFormat),
    voice: writeVoice(session.voice),
    speed,
    language: session.outputLanguage ?? undefined,
  };
}

function writeFormat(format: AudioFormat | null | undefined): JsonObject | undefined {
  if (format === undefined || format === null) return undefined;
  const type = GA_AUDIO_FORMATS[format];
  return type === 'audio/pcm' ? { type, rate: 24_000 } : { type };
}

const PATHS: AnswerPaths = {
  // The second is not OpenAI's place for it; some that speak its dialect keep the older one.
  secrets: [[], ['client_secret']],
  session: ['session'],
  fields: {
    type: ['type'],
    model: ['model'],
    modalities: ['output_modalities'],
    instructions: ['instructions'],
    voice: ['audio', 'output', 'voice'],
    inputAudioFormat: ['audio', 'input', 'format'],
    outputAudioFormat: ['audio', 'output', 'format'],
    inputAudioTranscription: ['audio', 'input', 'transcription'],
    turnDetection: ['audio', 'input', 'turn_detection'],
    inputAudioNoiseReduction: ['audio', 'input', 'noise_reduction'],
    tools: ['tools'],
    toolChoice: ['tool_choice'],
    temperature: ['temperature'],
    maxResponseOutputTokens: ['max_output_tokens'],
    outputLanguage: ['audio', 'output', 'language'],
  },
};

export const gaRequestPaths: RequestPaths = {
  expiresAfterSeconds: ['expires_after'],
  fields: PATHS.fields,
  extra: { speed: ['audio', 'output', 'speed'] },
};

/** A transcription session names its model under audio.input.transcription, and there only. */
function withTranscriptionModel(answer: MintAnswer): MintAnswer {
  if (answer.answered.type !== 'TRANSCRIPTION') return answer;
  const model = answer.answered.inputAudioTranscription?.model ?? undefined;
  return { ...answer, answered: withoutUndefined({ ...answer.answered, model }) };
}
