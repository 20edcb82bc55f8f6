import type { CreateRealtimeSessionInput } from '../generated/types.ts';
import type {
  ClientSecretParams,
  RealtimeParams,
  TranscriptionParams,
  TranslationParams,
  TranslationSecretParams,
} from './client-secret-params.ts';
import { createRefusals, type Refusals } from './refusals.ts';
import { MODALITIES } from './wire-names.ts';
import { withoutUndefined, withoutUndefinedOrEmpty } from './without-undefined.ts';
import {
  writeFormat,
  writeNoiseReduction,
  writeTranscription,
  writeTurnDetection,
  writeVoice,
} from './write-audio.ts';
import { writeExtra } from './write-extra.ts';
import { writeToolChoice, writeTools } from './write-tools.ts';

type Input = CreateRealtimeSessionInput;
type Fields = Omit<Input, 'type' | 'expiresAfterSeconds'>;

/**
 * Turns a session's input into what OpenAI's SDK takes for a client secret: realtime.clientSecrets.create, and for a
 * TRANSLATION realtime.translations.clientSecrets.create, whose session has no type. Nothing is dropped: what is
 * Gatehouse's own (externalUserId, idempotencyKey, labels, provider …) or another dialect's (temperature) is refused.
 * @throws GatehouseError BAD_USER_INPUT whose `issues` name each field that cannot be carried over
 */
export function toClientSecretParams(
  input: Input & { readonly type: 'TRANSLATION' },
): TranslationSecretParams;
export function toClientSecretParams(
  input: Input & { readonly type?: 'REALTIME' | 'TRANSCRIPTION' | null | undefined },
): ClientSecretParams;
export function toClientSecretParams(input: Input): ClientSecretParams | TranslationSecretParams;
export function toClientSecretParams(input: Input): ClientSecretParams | TranslationSecretParams {
  const refusals = createRefusals();
  const { type, expiresAfterSeconds, ...fields } = input;
  const expiry =
    expiresAfterSeconds == null
      ? {}
      : { expires_after: { anchor: 'created_at' as const, seconds: expiresAfterSeconds } };
  const params = { ...expiry, ...writeSession(type ?? undefined, fields, refusals) };
  refusals.throwIfAny();
  return params;
}

function writeSession(
  sessionType: NonNullable<Input['type']> | undefined,
  fields: Fields,
  refusals: Refusals,
): { session?: RealtimeParams | TranscriptionParams } | { session: TranslationParams } {
  switch (sessionType) {
    case undefined:
      // Without any field there is nothing to say of the session.
      return Object.values(fields).every((value) => value == null)
        ? {}
        : { session: writeRealtime(fields, refusals) };
    case 'REALTIME':
      return { session: writeRealtime(fields, refusals) };
    case 'TRANSCRIPTION':
      return { session: writeTranscriptionSession(fields, refusals) };
    case 'TRANSLATION':
      return { session: writeTranslation(fields, refusals) };
    default:
      sessionType satisfies never;
      refusals.refuse(['type'], 'is not known');
      return {};
  }
}

function writeRealtime(fields: Fields, refusals: Refusals): RealtimeParams {
  const { model, modalities, instructions, voice, tools, toolChoice, maxResponseOutputTokens, ...rest } =
    fields;
  const { outputAudioFormat, extra, inputAudioFormat, inputAudioTranscription, ...more } = rest;
  const { turnDetection, inputAudioNoiseReduction, ...others } = more;
  refuseOthers(others, refusals);
  const { speed, ...extraFields } = writeExtra(extra, refusals);
  const audio = withoutUndefinedOrEmpty({
    input: writeInput(
      { inputAudioFormat, inputAudioTranscription, turnDetection, inputAudioNoiseReduction },
      refusals,
    ),
    output: withoutUndefinedOrEmpty({
      format: writeFormat(outputAudioFormat),
      voice: writeVoice(voice),
      speed,
    }),
  });
  return {
    type: 'realtime',
    ...withoutUndefined({
      model: model ?? undefined,
      output_modalities: modalities?.map((modality) => MODALITIES[modality]),
      instructions: instructions ?? undefined,
      audio,
      tools: writeTools(tools, refusals),
      tool_choice: writeToolChoice(toolChoice, refusals),
      max_output_tokens: maxResponseOutputTokens ?? undefined,
    }),
    ...extraFields,
  };
}

function writeTranscriptionSession(fields: Fields, refusals: Refusals): TranscriptionParams {
  const { model, extra, inputAudioFormat, inputAudioTranscription, turnDetection, ...rest } = fields;
  const { inputAudioNoiseReduction, ...others } = rest;
  refuseOthers(others, refusals);
  const { include, ...noPlace } = writeExtra(extra, refusals);
  refusals.refuseAll(['extra'], noPlace);
  const named = inputAudioTranscription?.model;
  if (model != null && named != null && named !== model)
    refusals.refuse(['inputAudioTranscription', 'model'], 'must be the same as model, or left out');
  const input = writeInput(
    {
      ...{ inputAudioFormat, turnDetection, inputAudioNoiseReduction },
      // The transcription is where such a session has its model.
      inputAudioTranscription:
        model == null ? inputAudioTranscription : { ...inputAudioTranscription, model },
    },
    refusals,
  );
  return {
    type: 'transcription',
    ...withoutUndefined({ audio: input === undefined ? undefined : { input }, include }),
  };
}

function writeInput(
  fields: Pick<
    Input,
    'inputAudioFormat' | 'inputAudioTranscription' | 'turnDetection' | 'inputAudioNoiseReduction'
  >,
  refusals: Refusals,
) {
  return withoutUndefinedOrEmpty({
    format: writeFormat(fields.inputAudioFormat),
    transcription: writeTranscription(fields.inputAudioTranscription),
    turn_detection: writeTurnDetection(fields.turnDetection, refusals),
    noise_reduction: writeNoiseReduction(fields.inputAudioNoiseReduction),
  });
}

function writeTranslation(fields: Fields, refusals: Refusals): TranslationParams {
  const { model, outputLanguage, inputAudioTranscription, inputAudioNoiseReduction, ...rest } = fields;
  const { extra, ...others } = rest;
  refuseOthers(others, refusals);
  refusals.refuseAll(['extra'], writeExtra(extra, refusals));
  if (model == null) refusals.refuse(['model'], 'is needed');
  const { model: transcriptionModel, ...options } = inputAudioTranscription ?? {};
  refusals.refuseAll(['inputAudioTranscription'], withoutNulls(options));
  if (inputAudioTranscription != null && transcriptionModel == null)
    refusals.refuse(['inputAudioTranscription', 'model'], 'is needed');
  const audio = withoutUndefinedOrEmpty({
    input: withoutUndefinedOrEmpty({
      transcription: transcriptionModel == null ? undefined : { model: transcriptionModel },
      noise_reduction: writeNoiseReduction(inputAudioNoiseReduction),
    }),
    output: withoutUndefinedOrEmpty({ language: outputLanguage ?? undefined }),
  });
  return { model: model ?? '', ...withoutUndefined({ audio }) };
}

/** Null means in the input what leaving out means. */
function refuseOthers(others: object, refusals: Refusals): void {
  refusals.refuseAll([], withoutNulls(others));
}

function withoutNulls(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}
