import { isJsonObject } from '../platform/validation/json.ts';
import { extraSchema } from './extra-fields.ts';
import { flatRequestPaths } from './flat-dialect.ts';
import { gaRequestPaths } from './ga-dialect.ts';
import { splitPath } from './param-path.ts';
import type { Dialect } from './provider.ts';
import type { RequestPaths } from './request-paths.ts';

const REQUEST_PATHS = {
  ga: gaRequestPaths,
  flat: flatRequestPaths,
  // It has a part of the same.
  xai: gaRequestPaths,
  live: gaRequestPaths,
} satisfies Record<Dialect, RequestPaths>;

const EXTRA_FIELDS = extraSchema.keyof().options;

type Place = { readonly wire: readonly string[]; readonly field: readonly string[] };

// Where the dialects write which field of the input. No two fields are written to one place, so nobody needs to know
// which dialect complained; and what was recorded is understood after the provider was replaced.
const PLACES: readonly Place[] = Object.values(REQUEST_PATHS).flatMap((paths: RequestPaths) => [
  { wire: paths.expiresAfterSeconds, field: ['expiresAfterSeconds'] },
  ...Object.entries(paths.fields).map(([name, wire]) => ({ wire, field: [name] })),
  ...EXTRA_FIELDS.map((name) => ({ wire: paths.extra[name] ?? [name], field: ['extra', name] })),
]);

/**
 * The field of createRealtimeSession's input that upstream complains of, in the form of InputIssue.path: as deep as the
 * caller has written it. Null when the gateway itself has set what upstream complains of.
 * @param param what upstream calls it, with or without `session.` before it
 */
export function inputPathOf(param: string | null, input: unknown): readonly string[] | null {
  if (param === null) return null;
  const path = splitPath(param.replace(/^session\./, ''));
  const place = PLACES.find(({ wire }) => wire.every((name, index) => name === path[index]));
  if (place === undefined) return null;
  const inside = path.slice(place.wire.length);
  if (isModelOfTranscription(place, inside, input)) return ['model'];
  if (place.field[0] === 'expiresAfterSeconds')
    return inside.length === 0 || inside[0] === 'seconds' ? place.field : null;
  const value = place.field.reduce<unknown>((outer, name) => fieldOf(outer, name), input);
  return [...place.field, ...descend(value, inside, place.field.length === 1)];
}

/** A transcription session's model is written with the other fields of transcription, and is most often named by itself. */
function isModelOfTranscription({ field }: Place, [name]: readonly string[], input: unknown): boolean {
  if (field[0] !== 'inputAudioTranscription' || name !== 'model') return false;
  const named = fieldOf(fieldOf(input, 'inputAudioTranscription'), 'model') ?? null;
  return fieldOf(input, 'type') === 'TRANSCRIPTION' && named === null;
}

function fieldOf(value: unknown, name: string): unknown {
  return isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/**
 * The part of a path, in upstream's names, that exists in the value, in our names.
 * @param hasKinds whether the value, or each one of a list, may stand below the name of its kind: { serverVad: … }
 */
function descend(value: unknown, path: readonly string[], hasKinds: boolean): string[] {
  const [name, ...rest] = path;
  if (name === undefined) return [];
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    return /^\d+$/.test(name) && Number(name) < items.length
      ? [name, ...descend(items[Number(name)], rest, hasKinds)]
      : [];
  }
  const key = [name, camelCase(name)].find((candidate) => fieldOf(value, candidate) !== undefined);
  if (key !== undefined) return [key, ...descend(fieldOf(value, key), rest, false)];
  const [kind] = hasKinds && isJsonObject(value) ? Object.keys(value) : [];
  const chosen = kind === undefined ? undefined : fieldOf(value, kind);
  return kind !== undefined && isJsonObject(chosen) ? [kind, ...descend(chosen, path, false)] : [];
}

function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
