import { parseExternalUserId } from '../users/parse-external-user-id.ts';
import type { UserReference } from '../users/user-reference.ts';
import { decodeIdOf } from './ids.ts';
import { type InvalidInput, invalidInput } from './invalid-input-error.ts';
import { type NotFound, notFound } from './not-found-error.ts';

/** The user that an input names by id or by external id, or the error that answers an invalid one. */
export function referenceTo(
  id: string | null | undefined,
  externalUserId: string | null | undefined,
): UserReference | NotFound | InvalidInput {
  if (id != null) {
    const uuid = decodeIdOf('User', id);
    return uuid === null ? notFound : { id: uuid, externalId: null };
  }
  const parsed = parseExternalUserId(externalUserId);
  return parsed.ok ? { id: null, externalId: parsed.value } : invalidInput(parsed.issues);
}
