import type { Caller, KeyReach, Scope } from '../authorization/actor.ts';
import type { PolicyChanges } from '../limits/policy.ts';
import type { ApiKey } from './api-key.ts';
import type { Application } from './application.ts';

/** What a key is made of, beside the key itself. */
export type ApiKeyGrant = {
  readonly applicationId: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly reach: KeyReach;
  readonly expiresAt: Date | null;
};

export type CreateApiKeyOutcome =
  | { readonly kind: 'created'; readonly apiKey: ApiKey }
  | { readonly kind: 'not_found' }
  /** By the database's clock. */
  | { readonly kind: 'expired' };

/** Changes to applications and their keys. Each writes its audit event in the same transaction. */
export type ApplicationStore = {
  /** Null: the name is taken. */
  createApplication(name: string, by: Caller): Promise<Application | null>;
  /** For a key that is made now: the key has it inside, so it must be there first. */
  newApiKeyId(): Promise<string>;
  createApiKey(
    grant: ApiKeyGrant,
    stored: { readonly id: string; readonly keyHash: string; readonly lastFour: string },
    by: Caller,
  ): Promise<CreateApiKeyOutcome>;
  /** Without effect on a key that was revoked before; null: there is no such key. */
  revokeApiKey(id: string, by: Caller): Promise<ApiKey | null>;
  /** Sets limits that hold for each user the application asks for; null: there is no such application. */
  setPolicy(id: string, changes: PolicyChanges, by: Caller): Promise<Application | null>;
};
