import type { InputIssue } from '../platform/validation/input-issue.ts';
import { typeOfModel } from '../providers/model-types.ts';
import type { Provider } from '../providers/provider.ts';
import { isSandboxModel } from '../providers/sandbox/sandbox-failures.ts';
import type { ParsedCreateInput } from './create-input-schema.ts';

/**
 * What is wrong with the model of a session. One that is known for another type of session is refused, because each type has
 * an endpoint or a place of its own upstream, where this model is not known. The models that fail are the sandbox's alone.
 * @param model the one that the input names, or the default
 */
export function* issuesOfModel(
  { type = 'REALTIME', model: named, inputAudioTranscription }: ParsedCreateInput,
  model: string,
  { isSandbox }: Pick<Provider, 'isSandbox'>,
): Generator<InputIssue> {
  const known = typeOfModel(model);
  if (known !== undefined && known !== type)
    yield { path: ['type'], message: `must be ${known} for this model` };
  if (!isSandbox && isSandboxModel(model)) {
    const inTranscription = named === undefined && inputAudioTranscription?.model === model;
    yield {
      path: inTranscription ? ['inputAudioTranscription', 'model'] : ['model'],
      message: 'is not known to this provider',
    };
  }
}
