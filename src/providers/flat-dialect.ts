import { type AnswerPaths, readAnswer } from './read-answer.ts';
import type { RequestPaths } from './request-paths.ts';
import type { WireDialect } from './wire-dialect.ts';
import { FLAT_AUDIO_FORMATS, MODALITIES } from './wire-names.ts';
import { withoutUndefined } from './without-undefined.ts';
import {
  writeNoiseReduction,
  writeTool,
  writeToolChoice,
  writeTranscription,
  writeTurnDetection,
  writeVoice,
} from './write-session-fields.ts';

/** POST /realtime/sessions, the beta API: every field at the top level, the secret beside them. */
export const flatDialect: WireDialect = {
  name: 'flat',
  path: () => '/realtime/sessions',
  writeRequest(session, expiresAfterSeconds) {
    // The other types had endpoints of their own: sent here, their models would open a realtime session.
    if (session.type !== 'REALTIME') return null;
    const { inputAudioFormat: input, outputAudioFormat: output } = session;
    const { speed, tracing, truncation, include, reasoning, parallel_tool_calls, prompt } = session.extra;
    return withoutUndefined({
      client_secret: { expires_after: { anchor: 'created_at', seconds: expiresAfterSeconds } },
      model: session.model,
      modalities: session.modalities?.map((modality) => MODALITIES[modality]),
      instructions: session.instructions ?? undefined,
      voice: writeVoice(session.voice),
      input_audio_format: input === undefined || input === null ? undefined : FLAT_AUDIO_FORMATS[input],
      output_audio_format: output === undefined || output === null ? undefined : FLAT_AUDIO_FORMATS[output],
      input_audio_transcription: writeTranscription(session.inputAudioTranscription),
      turn_detection: writeTurnDetection(session.turnDetection),
      input_audio_noise_reduction: writeNoiseReduction(session.inputAudioNoiseReduction),
      tools: session.tools?.map(writeTool),
      tool_choice: writeToolChoice(session.toolChoice),
      temperature: session.temperature ?? undefined,
      max_response_output_tokens: session.maxResponseOutputTokens ?? undefined,
      output_language: session.outputLanguage ?? undefined,
      speed,
      tracing,
      truncation,
      include,
      reasoning,
      parallel_tool_calls,
      prompt,
    });
  },
  readAnswer: (json) => readAnswer(json, PATHS),
};

const PATHS: AnswerPaths = {
  secrets: [['client_secret']],
  session: [],
  fields: {
    type: ['type'],
    model: ['model'],
    modalities: ['modalities'],
    instructions: ['instructions'],
    voice: ['voice'],
    inputAudioFormat: ['input_audio_format'],
    outputAudioFormat: ['output_audio_format'],
    inputAudioTranscription: ['input_audio_transcription'],
    turnDetection: ['turn_detection'],
    inputAudioNoiseReduction: ['input_audio_noise_reduction'],
    tools: ['tools'],
    toolChoice: ['tool_choice'],
    temperature: ['temperature'],
    maxResponseOutputTokens: ['max_response_output_tokens'],
    outputLanguage: ['output_language'],
  },
};

export const flatRequestPaths: RequestPaths = {
  expiresAfterSeconds: ['client_secret', 'expires_after'],
  fields: PATHS.fields,
  extra: {},
};
