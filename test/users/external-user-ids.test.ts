import { expect, test } from 'vitest';
import { createInputSchema } from '../../src/issuing/create-input-schema.ts';
import { credentialForms } from '../../src/platform/redaction/credential-forms.ts';
import { parseExternalUserId } from '../../src/users/parse-external-user-id.ts';
import { seededRandom } from '../support/seeded-random.ts';

const accepted = (key: 'externalUserId' | 'idempotencyKey', value: string) =>
  createInputSchema.safeParse({ [key]: value }).success;

test.each([
  'https://alice.example/profile/card#me',
  'https://alice.example/?user=alice#me',
  'acct:alice@example.com',
  'acct://alice@example.com',
  'sk-00123456',
  'ek_canary_external_id',
  'auth0|507f1f77bcf86cd799439011',
  'spiffe://example.org/ns/prod/sa/api',
  'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK',
  'cn=Bearer certificates,ou=basic,dc=example',
  'arn:aws:sts::123456789012:assumed-role/ek_role/session=1',
  'password=none',
])('%s names a user, and may be an idempotency key', (id) => {
  expect(parseExternalUserId(id)).toEqual({ ok: true, value: id });
  expect(accepted('externalUserId', id)).toBe(true);
  expect(accepted('idempotencyKey', id)).toBe(!id.includes(' '));
});

test.each(credentialForms)('a credential of $issuer names no user', ({ example }) => {
  expect(parseExternalUserId(example)).toEqual({
    ok: false,
    issues: [{ path: ['externalUserId'], message: 'must not look like a credential' }],
  });
  expect(accepted('externalUserId', example)).toBe(false);
  expect(accepted('idempotencyKey', example)).toBe(false);
});

test('none of 100,000 random subjects of usual identity providers is refused', () => {
  const random = seededRandom(13);
  const text = (alphabet: string, length: number) =>
    Array.from({ length }, () => alphabet.charAt(Math.floor(random() * alphabet.length))).join('');
  const hex = '0123456789abcdef';
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  const alphanumeric = `${letters}0123456789`;
  const subjects: (() => string)[] = [
    // Entra ID, pairwise
    () => text(`${alphanumeric}-_`, 43),
    // Auth0
    () => `auth0|${text(hex, 24)}`,
    // Okta
    () => `00u${text(alphanumeric, 17)}`,
    // Firebase
    () => text(alphanumeric, 28),
    // Google
    () => text('0123456789', 21),
    // Apple
    () => `${text('0123456789', 6)}.${text(hex, 32)}.${text('0123456789', 4)}`,
    // Clerk
    () => `user_${text(alphanumeric, 27)}`,
    // nanoid
    () => text(`${alphanumeric}-_`, 21),
    // SHA-256 in base64, and in hex
    () => `${text(`${alphanumeric}+/`, 43)}=`,
    () => text(hex, 64),
  ];
  const refused: string[] = [];
  for (let count = 0; count < 10_000; count++)
    for (const subject of subjects) {
      const id = subject();
      if (!parseExternalUserId(id).ok) refused.push(id);
    }
  expect(refused).toEqual([]);
});
