import type { InputIssue } from '../platform/validation/input-issue.ts';
import { typeOfModel } from '../providers/model-types.ts';
import { isSandboxModel } from '../providers/sandbox/sandbox-failures.ts';
import type { SessionType } from '../sessions/session-config.ts';

/**
 * What is wrong with a session's model. One that is known for another type of session is refused, because each type has an
 * endpoint or a place of its own upstream, where this model is not known. The models that fail are the sandbox's alone.
 */
export function* issuesOfModel(
  model: string,
  type: SessionType,
  { isSandbox }: { readonly isSandbox: boolean },
): Generator<InputIssue> {
  const known = typeOfModel(model);
  if (known !== undefined && known !== type)
    yield { path: ['type'], message: `must be ${known} for this model` };
  if (!isSandbox && isSandboxModel(model))
    yield { path: ['model'], message: 'is not known to the configured provider' };
}
