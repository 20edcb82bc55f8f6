import type { InputIssue } from '../platform/validation/input-issue.ts';
import type { DialectRules } from '../providers/dialects.ts';
import {
  findTranscriptionModel,
  TRANSCRIPTION_FIELDS,
  type TranscriptionField,
  type TranscriptionModel,
} from '../providers/transcription-models.ts';
import { emptyTranscription } from '../sessions/session-config.ts';
import type { ParsedCreateInput } from './create-input-schema.ts';

// The realtime models cannot be used for a session that only transcribes; this one streams as they do.
export const DEFAULT_TRANSCRIPTION_MODEL = 'gpt-live-transcribe';

// Fields that do much the same for different models. A refusal names the one that the model takes.
const INSTEAD: Partial<Record<TranscriptionField, TranscriptionField>> = {
  language: 'languages',
  languages: 'language',
  prompt: 'keywords',
  keywords: 'prompt',
};

/** The parts of a transcription that the dialect has no words for, or that its model does not take. */
export function* issuesOfTranscription(input: ParsedCreateInput, rules: DialectRules): Generator<InputIssue> {
  const transcription = input.inputAudioTranscription ?? emptyTranscription;
  const model = modelOf(input);
  for (const field of TRANSCRIPTION_FIELDS) {
    if (transcription[field] === null) continue;
    const path = ['inputAudioTranscription', field];
    if (!rules.transcription.includes(field)) yield { path, message: 'is not known to this provider' };
    else if (model !== null && !model.takes.includes(field)) yield { path, message: refusalBy(model, field) };
  }
  if (transcription.language !== null && transcription.languages !== null)
    yield {
      path: ['inputAudioTranscription', 'languages'],
      message: 'must not be given together with language',
    };
  if (input.type === 'TRANSCRIPTION' && model?.turnDetection === false && input.turnDetection)
    yield {
      path: ['turnDetection'],
      message: `must be left out or disabled, because ${model.name} detects no turns`,
    };
}

function modelOf({ type, model, inputAudioTranscription }: ParsedCreateInput): TranscriptionModel | null {
  const named = inputAudioTranscription?.model ?? null;
  const name = type === 'TRANSCRIPTION' ? (model ?? named ?? DEFAULT_TRANSCRIPTION_MODEL) : named;
  return name === null ? null : findTranscriptionModel(name);
}

function refusalBy({ name, takes }: TranscriptionModel, field: TranscriptionField): string {
  const instead = INSTEAD[field];
  const hint = instead !== undefined && takes.includes(instead) ? `; give ${instead} instead` : '';
  return `is not taken by ${name}${hint}`;
}
