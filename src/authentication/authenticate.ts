import { hash } from 'node:crypto';
import { apiKeyIdOf, sameHash } from '../applications/api-key.ts';
import { type Actor, scopes } from '../authorization/actor.ts';
import { UnavailableError } from '../platform/database/unavailable-error.ts';
import type { Secret } from '../platform/redaction/secret.ts';
import type { ApiKeys } from './api-key-cache.ts';
import { KeySetUnavailableError, type TokenRefusal, type Tokens } from './tokens.ts';

/** Turns a bearer credential into who asks, in two steps: what is free, and what may cost a look-up. */
export type Authenticate = {
  /** Who that is, when it can be told without asking anybody: null otherwise. */
  known(credential: string): Actor | null;
  /**
   * Who that is, or null when it proves nothing.
   * @throws AuthenticationUnavailableError when it cannot be told now
   */
  verify(credential: string): Promise<Actor | null>;
};

/** Whoever it is has to be asked again later: what would tell is away. `code` says what. */
export class AuthenticationUnavailableError extends Error {
  override readonly name = 'AuthenticationUnavailableError';
  readonly code: string;

  constructor(code: string) {
    super('Credentials cannot be checked now');
    this.code = code;
  }
}

export type Credentials = {
  readonly rootKey: Secret;
  readonly apiKeys: ApiKeys;
  /** Null: no identity provider is configured. */
  readonly tokens: Tokens | null;
  /** Told why a credential was refused, as one of few codes. */
  readonly onRefused: (reason: string) => void;
};

const ROOT: Actor = { kind: 'operator', name: 'root', scopes, via: 'root key' };

/** The credential of an Authorization header; null when there is none that could be one. */
export function bearerOf(authorization: string | undefined): string | null {
  return /^Bearer ([\x21-\x7e]+)$/i.exec(authorization ?? '')?.[1] ?? null;
}

/** The root key, the API keys of applications, and the tokens of the identity provider. */
export function createAuthenticate(credentials: Credentials): Authenticate {
  const { rootKey, apiKeys, tokens, onRefused } = credentials;
  const rootKeyHash = rootKey.digest().toString('hex');

  return {
    known(credential) {
      // Hashes stand for credentials from here on: they have one length, and do not linger as keys of a map.
      const hashed = hashOf(credential);
      if (sameHash(hashed, rootKeyHash)) return ROOT;
      return apiKeys.known(hashed) ?? tokens?.known(hashed) ?? null;
    },

    async verify(credential) {
      const checked = await check(credential, credentials).catch((error: unknown) => {
        throw unavailable(error);
      });
      if (checked !== null && 'kind' in checked) return checked;
      onRefused(checked?.refused ?? 'unknown');
      return null;
    },
  };
}

async function check(
  credential: string,
  { rootKey, apiKeys, tokens }: Credentials,
): Promise<Actor | TokenRefusal | null> {
  const hashed = hashOf(credential);
  if (sameHash(hashed, rootKey.digest().toString('hex'))) return ROOT;
  if (apiKeyIdOf(credential) !== null)
    return (await apiKeys.verify(credential, hashed)) ?? { refused: 'api_key' };
  if (tokens !== null && credential.split('.').length === 3) return tokens.verify(credential, hashed);
  return null;
}

function unavailable(error: unknown): unknown {
  if (error instanceof UnavailableError) return new AuthenticationUnavailableError(error.code);
  if (error instanceof KeySetUnavailableError) return new AuthenticationUnavailableError('key_set');
  return error;
}

function hashOf(credential: string): string {
  return hash('sha256', credential, 'hex');
}
