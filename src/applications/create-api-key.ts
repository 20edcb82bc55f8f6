import type { Actor, Reach, RequestInfo } from '../authorization/actor.ts';
import type { Secret } from '../platform/redaction/secret.ts';
import type { InputIssue } from '../platform/validation/input-issue.ts';
import { type ApiKey, generateApiKey } from './api-key.ts';
import type { ApiKeyGrant, ApplicationStore } from './application-store.ts';
import { parseApiKeyGrant } from './parse-api-key-grant.ts';

export type CreateApiKeyResult =
  /** The one moment at which the key is there: its hash is committed. */
  | { readonly kind: 'created'; readonly apiKey: ApiKey; readonly value: Secret }
  | { readonly kind: 'not_found' }
  | { readonly kind: 'invalid'; readonly issues: readonly InputIssue[] };

/**
 * Makes a key for an application.
 * @throws UnavailableError when it may not have been written; the key is not handed out then
 */
export async function createApiKey(
  applications: ApplicationStore,
  input: Omit<ApiKeyGrant, 'reach' | 'applicationId'> & {
    readonly reach: Reach;
    /** Null if it is no id of an application, which is answered like an id that does not exist. */
    readonly applicationId: string | null;
  },
  by: { readonly actor: Actor; readonly origin: RequestInfo },
): Promise<CreateApiKeyResult> {
  const { applicationId, ...given } = input;
  const grant = parseApiKeyGrant(given, by.actor);
  if (!grant.ok) return { kind: 'invalid', issues: grant.issues };
  if (applicationId === null) return { kind: 'not_found' };
  const { value, stored } = generateApiKey(await applications.newApiKeyId());
  const outcome = await applications.createApiKey({ ...grant.value, applicationId }, stored, by);
  switch (outcome.kind) {
    case 'created':
      return { ...outcome, value };
    case 'not_found':
      return outcome;
    case 'expired':
      return { kind: 'invalid', issues: [{ path: ['expiresAt'], message: 'must be in the future' }] };
    default:
      return outcome satisfies never;
  }
}
