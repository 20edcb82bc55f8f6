import { z } from 'zod';
import { isJsonObject, type Json } from '../platform/validation/json.ts';
import type { AnsweredConfig } from '../sessions/session-config.ts';
import { everyKnown, named, orAbsent, orNull, section } from './lenient-schema.ts';
import { identifier, secretValue, unixTime } from './read-answer-parts.ts';
import {
  audioFormat,
  maxOutputTokens,
  noiseReduction,
  transcription,
  turnDetection,
  voice,
} from './read-session-fields.ts';
import { toolChoice, tools } from './read-tools.ts';
import type { MintAnswer, WireDialect } from './wire-dialect.ts';
import { FLAT_AUDIO_FORMATS, MODALITIES, SESSION_TYPES } from './wire-names.ts';
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
  path: '/realtime/sessions',
  writeRequest(session, expiresAfterSeconds) {
    // Transcription had an endpoint of its own: here its model would open a realtime session.
    if (session.type !== 'REALTIME') return null;
    const { inputAudioFormat: heard, outputAudioFormat: spoken } = session;
    const { speed, tracing, truncation, include, reasoning, parallel_tool_calls, prompt } = session.extra;
    return withoutUndefined({
      client_secret: { expires_after: { anchor: 'created_at', seconds: expiresAfterSeconds } },
      model: session.model,
      modalities: session.modalities?.map((modality) => MODALITIES[modality]),
      instructions: session.instructions ?? undefined,
      voice: writeVoice(session.voice),
      input_audio_format: heard === undefined || heard === null ? undefined : FLAT_AUDIO_FORMATS[heard],
      output_audio_format: spoken === undefined || spoken === null ? undefined : FLAT_AUDIO_FORMATS[spoken],
      input_audio_transcription: writeTranscription(session.inputAudioTranscription),
      turn_detection: writeTurnDetection(session.turnDetection),
      input_audio_noise_reduction: writeNoiseReduction(session.inputAudioNoiseReduction),
      tools: session.tools?.map(writeTool),
      tool_choice: writeToolChoice(session.toolChoice),
      temperature: session.temperature ?? undefined,
      max_response_output_tokens: session.maxResponseOutputTokens ?? undefined,
      speed,
      tracing,
      truncation,
      include,
      reasoning,
      parallel_tool_calls,
      prompt,
    });
  },
  readAnswer,
};

const answerShape = section({
  client_secret: section({ value: orAbsent(secretValue), expires_at: orNull(unixTime) }),
  type: orAbsent(named(SESSION_TYPES)),
  model: orAbsent(z.string().min(1)),
  modalities: orAbsent(everyKnown(named(MODALITIES))),
  instructions: orNull(z.string()),
  voice: orNull(voice),
  input_audio_format: orNull(audioFormat),
  output_audio_format: orNull(audioFormat),
  input_audio_transcription: orNull(transcription),
  turn_detection: orNull(turnDetection),
  input_audio_noise_reduction: orNull(noiseReduction),
  tools: orAbsent(tools),
  tool_choice: orNull(toolChoice),
  temperature: orNull(z.number()),
  max_response_output_tokens: orNull(maxOutputTokens),
});

function readAnswer(answer: Json): MintAnswer | null {
  const read = answerShape.parse(answer);
  const { value: secret, expires_at } = read.client_secret;
  if (secret === undefined || !isJsonObject(answer)) return null;
  return {
    secret,
    expiresAt: expires_at ?? null,
    upstreamSessionId: identifier(answer['id'], secret),
    answered: readConfig(read),
    rawSession: answer,
  };
}

function readConfig(read: z.output<typeof answerShape>): AnsweredConfig {
  return withoutUndefined({
    type: read.type,
    model: read.model,
    modalities: read.modalities,
    instructions: read.instructions,
    voice: read.voice,
    inputAudioFormat: read.input_audio_format,
    outputAudioFormat: read.output_audio_format,
    inputAudioTranscription: read.input_audio_transcription,
    turnDetection: read.turn_detection,
    inputAudioNoiseReduction: read.input_audio_noise_reduction,
    tools: read.tools,
    toolChoice: read.tool_choice,
    temperature: read.temperature,
    maxResponseOutputTokens: read.max_response_output_tokens,
  });
}
