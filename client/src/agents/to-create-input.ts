import type { CreateRealtimeSessionInput } from '../generated/types.ts';
import type {
  ClientSecretParams,
  ExpiresAfter,
  RealtimeParams,
  TranscriptionParams,
  TranslationParams,
  TranslationSecretParams,
} from './client-secret-params.ts';
import {
  type NoFields,
  readFormat,
  readNoiseReduction,
  readTranscription,
  readTurnDetection,
  readVoice,
} from './read-audio.ts';
import { readToolChoice, readTools } from './read-tools.ts';
import { createRefusals, isObject, type Refusals } from './refusals.ts';
import { keyOf, MODALITIES } from './wire-names.ts';
import { withoutUndefined, withoutUndefinedOrEmpty } from './without-undefined.ts';

/**
 * Turns what OpenAI's SDK takes for a client secret into the input of createSession. Nothing is dropped: what the input has
 * no place for is refused. A session without a type is one of POST /realtime/translations/client_secrets.
 * @throws GatehouseError BAD_USER_INPUT whose `issues` name each field that cannot be carried over
 */
export function toCreateInput(
  params: ClientSecretParams | TranslationSecretParams,
): CreateRealtimeSessionInput {
  const refusals = createRefusals();
  const { expires_after, session, ...others } = params;
  refusals.refuseAll([], others satisfies NoFields);
  const input: CreateRealtimeSessionInput = {
    ...withoutUndefined({ expiresAfterSeconds: readExpiresAfter(expires_after, refusals) }),
    ...readSession(session, refusals),
  };
  refusals.throwIfAny();
  return input;
}

function readExpiresAfter(expiresAfter: ExpiresAfter | undefined, refusals: Refusals): number | undefined {
  if (expiresAfter === undefined) return undefined;
  const path = ['expires_after'];
  if (!isObject(expiresAfter)) return refusals.refuse(path, 'must be an object');
  const { anchor, seconds, ...others } = expiresAfter;
  refusals.refuseAll(path, others satisfies NoFields);
  if (anchor !== undefined && anchor !== 'created_at')
    return refusals.refuse([...path, 'anchor'], 'must be created_at');
  return seconds;
}

function readSession(
  session: RealtimeParams | TranscriptionParams | TranslationParams | undefined,
  refusals: Refusals,
): CreateRealtimeSessionInput | undefined {
  if (session === undefined) return undefined;
  if (!isObject(session)) return refusals.refuse(['session'], 'must be an object');
  switch (session.type) {
    case 'realtime':
      return withoutUndefined(readRealtime(session, refusals));
    case 'transcription':
      return withoutUndefined(readTranscriptionSession(session, refusals));
    case undefined:
      return withoutUndefined(readTranslation(session, refusals));
    default:
      session satisfies never;
      return refusals.refuse(['session', 'type'], 'must be realtime or transcription');
  }
}

function readRealtime(session: RealtimeParams, refusals: Refusals): CreateRealtimeSessionInput {
  const { type: _, audio, model, instructions, output_modalities, max_output_tokens, ...rest } = session;
  const { tools, tool_choice, ...extraAndOthers } = rest;
  const { include, parallel_tool_calls, prompt, reasoning, tracing, truncation, ...others } = extraAndOthers;
  refusals.refuseAll(['session'], others satisfies NoFields);
  const { input, output, ...parts } = audio ?? {};
  refusals.refuseAll(['session', 'audio'], parts satisfies NoFields);
  const { format, voice, speed, ...ofOutput } = output ?? {};
  const path = ['session', 'audio', 'output'];
  refusals.refuseAll(path, ofOutput satisfies NoFields);
  return {
    type: 'REALTIME',
    model,
    modalities: readModalities(output_modalities, refusals),
    instructions,
    ...readInput(input, refusals),
    voice: readVoice(voice, [...path, 'voice'], refusals),
    outputAudioFormat: readFormat(format, [...path, 'format'], refusals),
    tools: readTools(tools, ['session', 'tools'], refusals),
    toolChoice: readToolChoice(tool_choice, ['session', 'tool_choice'], refusals),
    maxResponseOutputTokens: max_output_tokens,
    extra: withoutUndefinedOrEmpty({
      ...{ speed, tracing, truncation, include, reasoning, parallel_tool_calls, prompt },
    }),
  };
}

function readModalities(names: RealtimeParams['output_modalities'], refusals: Refusals) {
  return names?.flatMap((name, index) => {
    const modality = keyOf(MODALITIES, name);
    if (modality === undefined) refusals.refuse(['session', 'output_modalities', index], 'is not known');
    return modality ?? [];
  });
}

function readTranscriptionSession(
  session: TranscriptionParams,
  refusals: Refusals,
): CreateRealtimeSessionInput {
  const { type: _, audio, include, ...others } = session;
  refusals.refuseAll(['session'], others satisfies NoFields);
  const { input, ...parts } = audio ?? {};
  refusals.refuseAll(['session', 'audio'], parts satisfies NoFields);
  const { inputAudioTranscription, ...fields } = readInput(input, refusals);
  // A transcription session is named after its model; what else is said of the transcription stays in its place.
  const { model, ...options } = inputAudioTranscription ?? {};
  const isEmpty = inputAudioTranscription !== undefined && Object.keys(inputAudioTranscription).length === 0;
  return {
    type: 'TRANSCRIPTION',
    model,
    ...fields,
    inputAudioTranscription: isEmpty ? {} : withoutUndefinedOrEmpty(options),
    extra: withoutUndefinedOrEmpty({ include }),
  };
}

function readInput(input: NonNullable<RealtimeParams['audio']>['input'], refusals: Refusals) {
  const path = ['session', 'audio', 'input'];
  const { format, noise_reduction, transcription, turn_detection, ...others } = input ?? {};
  refusals.refuseAll(path, others satisfies NoFields);
  return {
    inputAudioFormat: readFormat(format, [...path, 'format'], refusals),
    inputAudioTranscription: readTranscription(transcription, [...path, 'transcription'], refusals),
    turnDetection: readTurnDetection(turn_detection, [...path, 'turn_detection'], refusals),
    inputAudioNoiseReduction: readNoiseReduction(noise_reduction, [...path, 'noise_reduction'], refusals),
  };
}

function readTranslation(session: TranslationParams, refusals: Refusals): CreateRealtimeSessionInput {
  const { type: _, model, audio, ...others } = session;
  refusals.refuseAll(['session'], others satisfies NoFields);
  const { input, output, ...parts } = audio ?? {};
  refusals.refuseAll(['session', 'audio'], parts satisfies NoFields);
  const path = ['session', 'audio'];
  const { transcription, noise_reduction, ...ofInput } = input ?? {};
  refusals.refuseAll([...path, 'input'], ofInput satisfies NoFields);
  const { language, ...ofOutput } = output ?? {};
  refusals.refuseAll([...path, 'output'], ofOutput satisfies NoFields);
  return {
    type: 'TRANSLATION',
    model,
    outputLanguage: language,
    // Null is what leaving them out means, too.
    inputAudioTranscription: readTranscription(
      transcription ?? undefined,
      [...path, 'input', 'transcription'],
      refusals,
    ),
    inputAudioNoiseReduction: readNoiseReduction(
      noise_reduction ?? undefined,
      [...path, 'input', 'noise_reduction'],
      refusals,
    ),
  };
}
