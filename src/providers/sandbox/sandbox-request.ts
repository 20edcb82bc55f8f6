import type { z } from 'zod';
import { isJsonObject, parseJson } from '../../platform/validation/json.ts';
import { joinPath } from '../param-path.ts';

/** A refusal as OpenAI answers it. `param` is the path of the wrong field, like session.audio.output.speed. */
export type SandboxError = {
  readonly message: string;
  readonly param: string | null;
  readonly code: string | null;
};

/** Parses the body of a request as strictly as OpenAI does; of several problems the first one is reported. */
export function parseSandboxRequest<Request>(
  text: string,
  schema: z.ZodType<Request>,
): { ok: true; request: Request } | { ok: false; error: SandboxError } {
  const json = parseJson(text);
  if (json === undefined)
    return { ok: false, error: { message: 'The JSON body could not be parsed.', param: null, code: null } };
  const parsed = schema.safeParse(json, { reportInput: true });
  if (parsed.success) return { ok: true, request: parsed.data };
  const [issue] = parsed.error.issues;
  if (issue === undefined) throw new Error('A refused body without an issue', { cause: parsed.error });
  return { ok: false, error: toSandboxError(issue) };
}

function toSandboxError(issue: z.core.$ZodIssue): SandboxError {
  if (issue.code === 'unrecognized_keys') {
    const param = joinPath([...issue.path, ...issue.keys.slice(0, 1)]);
    return { message: `Unknown parameter: '${param}'.`, param, code: 'unknown_parameter' };
  }
  const param = joinPath(issue.path);
  if (inputOf(issue) === undefined)
    return { message: `Missing required parameter: '${param}'.`, param, code: 'missing_required_parameter' };
  if (issue.code === 'invalid_type')
    return { message: `Invalid type for '${param}'.`, param, code: 'invalid_type' };
  if (typeof issue.input === 'number' && (issue.code === 'too_small' || issue.code === 'too_big')) {
    const kind = Number.isInteger(issue.input) ? 'integer' : 'decimal';
    const where = issue.code === 'too_small' ? 'below_min' : 'above_max';
    return { message: `Invalid '${param}': out of range.`, param, code: `${kind}_${where}_value` };
  }
  return { message: `Invalid value for '${param}'.`, param, code: 'invalid_value' };
}

/** The refused value. For a union without a matching member, zod reports the object under the discriminator's path. */
function inputOf(issue: z.core.$ZodIssue): unknown {
  if (issue.code !== 'invalid_union' || issue.discriminator === undefined) return issue.input;
  return isJsonObject(issue.input) ? issue.input[issue.discriminator] : issue.input;
}
