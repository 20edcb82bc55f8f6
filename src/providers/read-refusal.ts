import { isJsonObject, type Json, type JsonObject } from '../platform/validation/json.ts';
import { joinPath } from './param-path.ts';
import { upstreamCode, upstreamParam } from './upstream-text.ts';

/** What an answer without a secret says to machines. */
export type Refusal = {
  /** Null when it has none that looks like a code. */
  readonly upstreamCode: string | null;
  /** The path of the field that it complains of. Null when it has none that looks like a path. */
  readonly upstreamParam: string | null;
  /** Whether somebody has to pay first, so that waiting does not help. */
  readonly isExhausted: boolean;
};

/**
 * Reads why upstream refused, in the forms of its relatives: OpenAI's { error: { code, type, param } }, xAI's
 * { code, error: "text" }, FastAPI's { detail: [{ type, loc }] }, ElevenLabs' { detail: { status } }, and Google's
 * { error: { code: 400, status: "…" } }, also in a list. Prose is never read.
 */
export function readRefusal(answer: Json | undefined): Refusal {
  const { codes, types, param } = findReason(Array.isArray(answer) ? answer[0] : answer);
  return {
    upstreamCode: upstreamCode(codes),
    upstreamParam: upstreamParam(param),
    isExhausted: [...codes, ...types].some((name) => typeof name === 'string' && EXHAUSTED.test(name)),
  };
}

const EXHAUSTED =
  /insufficient[ _-]?(quota|funds|credits?|balance)|(credits?|balance|quota)[ _-]?(exhausted|exceeded)|payment[ _-]?required|billing/i;

type Reason = {
  /** What may be the code, the most telling first. */
  readonly codes: readonly (Json | undefined)[];
  /** What tells only of what kind the error is. */
  readonly types: readonly (Json | undefined)[];
  readonly param: Json | undefined;
};

function findReason(answer: Json | undefined): Reason {
  if (!isJsonObject(answer)) return { codes: [], types: [], param: undefined };
  const { error, detail } = answer;
  if (isJsonObject(error)) return reasonOf(error);
  const problem = Array.isArray(detail) ? detail[0] : detail;
  if (!isJsonObject(problem)) return reasonOf(answer);
  const { codes, types } = reasonOf(problem);
  return { codes: [...codes, ...types], types: [], param: problem['param'] ?? paramOf(problem['loc']) };
}

function reasonOf({ code, status, type, param }: JsonObject): Reason {
  return { codes: [code, status], types: [type], param };
}

/** The place of a value as FastAPI names it: ["body", "session", "tools", 0, "name"]. */
function paramOf(place: Json | undefined): string | undefined {
  if (!Array.isArray(place)) return undefined;
  const parts: readonly Json[] = place;
  if (!parts.every((part) => typeof part === 'string' || typeof part === 'number')) return undefined;
  return joinPath(parts[0] === 'body' ? parts.slice(1) : parts);
}
