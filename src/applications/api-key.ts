import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { KeyReach, Scope } from '../authorization/actor.ts';
import { Secret } from '../platform/redaction/secret.ts';

// "gh_", then in base 62 the id (16 bytes), 32 random bytes and a CRC-32 of all before it. One word without
// punctuation: a double click selects it, and redaction takes all of it (GitHub's tokens are made likewise).
const PREFIX = 'gh_';
const ID_LENGTH = 22;
const RANDOM_LENGTH = 43;
const CHECKSUM_LENGTH = 6;
const SHAPE = new RegExp(`^${PREFIX}[0-9A-Za-z]{${ID_LENGTH + RANDOM_LENGTH + CHECKSUM_LENGTH}}$`);
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** A key as the ledger shows it; the key itself is not kept. */
export type ApiKey = {
  readonly id: string;
  readonly applicationId: string;
  readonly name: string;
  readonly lastFour: string;
  readonly scopes: readonly Scope[];
  readonly reach: KeyReach;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  /** To the minute. */
  readonly lastUsedAt: Date | null;
  readonly revokedAt: Date | null;
};

/** A key that is neither revoked nor expired, as the ledger says, with what proves it. */
export type ValidApiKey = Pick<ApiKey, 'id' | 'applicationId' | 'scopes' | 'reach'> & {
  readonly keyHash: string;
  readonly applicationName: string;
  /** How long it stays valid unless it is revoked, by the database's clock; null: for ever. */
  readonly expiresInMs: number | null;
};

export type NewApiKey = {
  readonly value: Secret;
  /** What is kept of it. */
  readonly stored: { readonly id: string; readonly keyHash: string; readonly lastFour: string };
};

/** Makes a key for the row with that UUID. */
export function generateApiKey(id: string): NewApiKey {
  const body = PREFIX + encode(uuidBytes(id), ID_LENGTH) + encode(randomBytes(32), RANDOM_LENGTH);
  const value = body + checksum(body);
  return {
    value: new Secret(value),
    stored: { id, keyHash: hashApiKey(value), lastFour: value.slice(-4) },
  };
}

/**
 * The id in a credential that has the shape and the checksum of a key, or null: what was mistyped or cut off is
 * told without asking the ledger. Proves nothing by itself.
 */
export function apiKeyIdOf(credential: string): string | null {
  if (!SHAPE.test(credential)) return null;
  const body = credential.slice(0, -CHECKSUM_LENGTH);
  if (checksum(body) !== credential.slice(-CHECKSUM_LENGTH)) return null;
  return decodeUuid(body.slice(PREFIX.length, PREFIX.length + ID_LENGTH));
}

/** What is stored of a key, and what proves it: SHA-256, hex. 32 random bytes need no slow hash. */
export function hashApiKey(credential: string): string {
  return hash('sha256', credential, 'hex');
}

/** Whether two hashes are the same, in constant time. */
export function sameHash(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

function checksum(body: string): string {
  return encodeNumber(BigInt(crc32(body)), CHECKSUM_LENGTH);
}

function encode(bytes: Uint8Array, length: number): string {
  return encodeNumber(BigInt(`0x${Buffer.from(bytes).toString('hex')}`), length);
}

function encodeNumber(number: bigint, length: number): string {
  let rest = number;
  let text = '';
  while (text.length < length) {
    text = DIGITS.charAt(Number(rest % 62n)) + text;
    rest /= 62n;
  }
  return text;
}

function uuidBytes(uuid: string): Uint8Array {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
}

function decodeUuid(text: string): string | null {
  let number = 0n;
  for (const digit of text) number = number * 62n + BigInt(DIGITS.indexOf(digit));
  const hex = number.toString(16).padStart(32, '0');
  // 22 digits can say more than 16 bytes.
  return hex.length === 32 ? hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5') : null;
}
