import { z } from 'zod';
import { isJsonObject, type Json, type JsonObject } from '../platform/validation/json.ts';
import type { AnsweredConfig, AudioFormat, SessionRequest } from '../sessions/session-config.ts';
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

/** POST /realtime/client_secrets, the general-availability API: what sounds stands under audio.input and audio.output. */
export const gaDialect: WireDialect = {
  name: 'ga',
  path: '/realtime/client_secrets',
  writeRequest: (session, expiresAfterSeconds) => ({
    expires_after: { anchor: 'created_at', seconds: expiresAfterSeconds },
    session: writeSession(session),
  }),
  readAnswer,
};

function writeSession(session: SessionRequest): JsonObject {
  const transcribes = session.type === 'TRANSCRIPTION';
  const { speed, tracing, truncation, include, reasoning, parallel_tool_calls, prompt } = session.extra;
  return withoutUndefined({
    type: SESSION_TYPES[session.type],
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
  const asked = writeTranscription(session.inputAudioTranscription);
  return {
    format: writeFormat(session.inputAudioFormat),
    // A transcription session names its model here, and here only.
    transcription: session.type === 'TRANSCRIPTION' ? { ...asked, model: session.model } : asked,
    noise_reduction: writeNoiseReduction(session.inputAudioNoiseReduction),
    turn_detection: writeTurnDetection(session.turnDetection),
  };
}

function writeOutput(session: SessionRequest, speed: Json | undefined) {
  return { format: writeFormat(session.outputAudioFormat), voice: writeVoice(session.voice), speed };
}

function writeFormat(format: AudioFormat | null | undefined): JsonObject | undefined {
  if (format === undefined || format === null) return undefined;
  const type = GA_AUDIO_FORMATS[format];
  return type === 'audio/pcm' ? { type, rate: 24_000 } : { type };
}

const session = section({
  type: orAbsent(named(SESSION_TYPES)),
  model: orAbsent(z.string().min(1)),
  output_modalities: orAbsent(everyKnown(named(MODALITIES))),
  instructions: orNull(z.string()),
  audio: section({
    input: section({
      format: orNull(audioFormat),
      transcription: orNull(transcription),
      noise_reduction: orNull(noiseReduction),
      turn_detection: orNull(turnDetection),
    }),
    output: section({ format: orNull(audioFormat), voice: orNull(voice) }),
  }),
  tools: orAbsent(tools),
  tool_choice: orNull(toolChoice),
  temperature: orNull(z.number()),
  max_output_tokens: orNull(maxOutputTokens),
});

const answerShape = section({
  value: orAbsent(secretValue),
  expires_at: orNull(unixTime),
  // Not OpenAI's place for it; some that speak its dialect keep the older one.
  client_secret: section({ value: orAbsent(secretValue), expires_at: orNull(unixTime) }),
});

function readAnswer(answer: Json): MintAnswer | null {
  const read = answerShape.parse(answer);
  const { value: secret, expires_at } = read.value === undefined ? read.client_secret : read;
  if (secret === undefined) return null;
  const rawSession = isJsonObject(answer) && isJsonObject(answer['session']) ? answer['session'] : null;
  return {
    secret,
    expiresAt: expires_at ?? null,
    upstreamSessionId: identifier(rawSession?.['id'], secret),
    answered: readConfig(rawSession),
    rawSession,
  };
}

function readConfig(raw: JsonObject | null): AnsweredConfig {
  const { audio, ...read } = session.parse(raw);
  const transcribes = read.type === 'TRANSCRIPTION';
  return withoutUndefined({
    type: read.type,
    model: transcribes ? (audio.input.transcription?.model ?? undefined) : read.model,
    modalities: read.output_modalities,
    instructions: read.instructions,
    voice: audio.output.voice,
    inputAudioFormat: audio.input.format,
    outputAudioFormat: audio.output.format,
    inputAudioTranscription: audio.input.transcription,
    turnDetection: audio.input.turn_detection,
    inputAudioNoiseReduction: audio.input.noise_reduction,
    tools: read.tools,
    toolChoice: read.tool_choice,
    temperature: read.temperature,
    maxResponseOutputTokens: read.max_output_tokens,
  });
}
