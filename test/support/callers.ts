import { crc32 } from 'node:zlib';
import type { Answer, TestGateway } from './gateway.ts';

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

type Asks = Pick<TestGateway, 'ask'>;

const CREATE_APPLICATION = /* GraphQL */ `
  mutation CreateApplication($input: CreateApplicationInput!) {
    createApplication(input: $input) {
      __typename
      ... on CreateApplicationSuccess { application { id name createdAt apiKeys { id } } }
      ... on InvalidInputError { issues { path message } }
    }
  }
`;

const CREATE_KEY = /* GraphQL */ `
  mutation CreateApiKey($input: CreateApiKeyInput!) {
    createApiKey(input: $input) {
      __typename
      ... on CreateApiKeySuccess {
        value apiKey { id name redacted scopes reach createdAt expiresAt lastUsedAt revokedAt }
      }
      ... on InvalidInputError { issues { path message } }
      ... on NotFoundError { message }
    }
  }
`;

const REVOKE_KEY = /* GraphQL */ `
  mutation RevokeApiKey($id: ID!) {
    revokeApiKey(input: { id: $id }) {
      __typename
      ... on RevokeApiKeySuccess { apiKey { id revokedAt } }
      ... on NotFoundError { message }
    }
  }
`;

/** Headers that make a request that of a credential. */
export function bearer(credential: string): Record<string, string> {
  return { authorization: `Bearer ${credential}` };
}

/** Asks as somebody. */
export function askAs(gateway: Asks, credential: string, query: string, variables = {}): Promise<Answer> {
  return gateway.ask(query, variables, bearer(credential));
}

/** Registers an application; what the mutation answered. */
export async function createApplication(gateway: Asks, name: string, headers?: Record<string, string>) {
  const { body } = await gateway.ask(CREATE_APPLICATION, { input: { name } }, headers);
  return body.data.createApplication;
}

/** Asks for a key; the whole answer. */
export function askForKey(
  gateway: Asks,
  input: Record<string, unknown>,
  headers?: Record<string, string>,
): Promise<Answer> {
  return gateway.ask(CREATE_KEY, { input }, headers);
}

/** Makes a key of an application, which must succeed. */
export async function createKey(
  gateway: Asks,
  applicationId: string,
  {
    scopes = [],
    ...rest
  }: { scopes?: readonly string[]; reach?: string; expiresAt?: string; name?: string } = {},
): Promise<{ id: string; value: string }> {
  const { body } = await askForKey(gateway, { applicationId, name: 'a key', scopes, ...rest });
  const { value, apiKey } = body.data.createApiKey;
  return { id: apiKey.id, value };
}

/** Revokes a key; what the mutation answered. */
export async function revokeKey(gateway: Asks, id: string, headers?: Record<string, string>) {
  const { body } = await gateway.ask(REVOKE_KEY, { id }, headers);
  return body.data.revokeApiKey;
}

/** The key with another secret inside, and the checksum that goes with it: what somebody would make up. */
export function madeUpFrom(value: string): string {
  const at = 40;
  const body = value.slice(0, at) + (value[at] === 'x' ? 'y' : 'x') + value.slice(at + 1, -6);
  let rest = crc32(body);
  let checksum = '';
  while (checksum.length < 6) {
    checksum = DIGITS.charAt(rest % 62) + checksum;
    rest = Math.floor(rest / 62);
  }
  return body + checksum;
}
