import { apiKeyIdOf } from '../applications/api-key.ts';
import { decodeIdOf, encodeId, isUuid } from '../graphql/ids.ts';
import type { JsonObject } from '../platform/validation/json.ts';
import type { Ask } from './ask-schema.ts';
import { textAt } from './json-path.ts';
import { listIn } from './pages.ts';

export const KEY_FIELDS = 'id name redacted scopes reach createdAt expiresAt lastUsedAt revokedAt';
const KEYS = `query Keys { applications { id name apiKeys { ${KEY_FIELDS} } } }`;

/** Every key with its application, by the applications' names and the keys' age. */
export async function listKeys(ask: Ask): Promise<JsonObject[]> {
  return listIn(await ask(KEYS), 'applications').flatMap(({ id = null, name = null, ...rest }) =>
    listIn(rest, 'apiKeys').map((key) => ({ application: { id, name }, ...key })),
  );
}

export type FoundKey =
  | { readonly kind: 'found'; readonly key: JsonObject }
  | { readonly kind: 'refused'; readonly why: string };

/**
 * The key that somebody names: by its id, or by the end of its redacted form ("gh_…k3f9", "k3f9"). Two keys can end alike,
 * even if one of them is revoked; then neither is meant.
 */
export function findKey(keys: readonly JsonObject[], name: string): FoundKey {
  if (apiKeyIdOf(name) !== null)
    return refused(
      'That is a key itself, which the shell remembers and every process can read. Name it by its id or its last four characters, and revoke it.',
    );
  const uuid = isUuid(name) ? name : decodeIdOf('ApiKey', name);
  const id = uuid === null ? null : encodeId('ApiKey', uuid);
  const end = /^(?:gh_)?(?:…|\.{3})?([0-9A-Za-z]{4})$/.exec(name)?.[1];
  const found = keys.filter((key) => key['id'] === id || (end !== undefined && isEnd(end, key)));
  const [key] = found;
  if (key === undefined) return refused('There is no key of that id or that ends like this.');
  if (found.length === 1) return { kind: 'found', key };
  const candidates = found.map(
    (one) => `  ${textAt(one, 'id')}  ${textAt(one, 'application.name')}: ${textAt(one, 'name')}`,
  );
  return refused(`${found.length} keys end like this. Name one by its id:\n${candidates.join('\n')}`);
}

function isEnd(end: string, key: JsonObject): boolean {
  return textAt(key, 'redacted').slice(-4) === end;
}

function refused(why: string): FoundKey {
  return { kind: 'refused', why };
}
