import { type DraftField, EMPTY } from './draft.ts';
import type { MintAnswer } from './mint.ts';

// Fields of the input that the form has under another name.
const FIELDS: Readonly<Record<string, DraftField>> = {
  inputAudioNoiseReduction: 'noiseReduction',
  inputAudioTranscription: 'transcriptionModel',
};

/** What the gateway said about each field, to be shown beside it. */
export function issuesByField(answer: MintAnswer | undefined): Partial<Record<DraftField, string>> {
  const found: Partial<Record<DraftField, string>> = {};
  if (answer?.kind !== 'refused' || answer.refusal.__typename !== 'InvalidInputError') return found;
  for (const { path, message } of answer.refusal.issues) {
    const [name = ''] = path;
    const field = FIELDS[name] ?? (isField(name) ? name : undefined);
    if (field !== undefined && found[field] === undefined) found[field] = message;
  }
  return found;
}

function isField(name: string): name is DraftField {
  return Object.hasOwn(EMPTY, name);
}
