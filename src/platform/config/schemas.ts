import { isIP } from 'node:net';
import { z } from 'zod';
import { Secret } from '../redaction/secret.ts';
import { readDatabaseUrl } from './database-url.ts';

export const whole = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,10}$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((n) => n >= min && n <= max, `must be a whole number from ${min} to ${max}`);

export const flag = z.enum(['true', 'false'], 'must be true or false').transform((value) => value === 'true');

export const httpUrl = z
  .string()
  .refine((value) => /^https?:\/\//.test(value) && URL.canParse(value), 'must be an http(s) URL')
  .transform((value) => value.replace(/\/+$/, ''));

export const postgresUrl = z.string().transform((value, context) => {
  const read = readDatabaseUrl(value);
  if (read.ok) return read.url;
  context.addIssue(read.message);
  return z.NEVER;
});

// It is put into an HTTP header unchanged.
export const apiKey = z
  .string()
  .regex(/^[\x21-\x7e]+$/, 'must be visible ASCII without spaces')
  .transform((value) => new Secret(value));

export const headerValue = z.string().regex(/^[\x21-\x7e]+$/, 'must be visible ASCII without spaces');

const keyBytes = (value: string): Uint8Array => new Uint8Array(Buffer.from(value, 'base64'));

/**
 * 32-byte keys in base64, comma-separated: the first writes, all read. Checked before it is decoded, because decoding
 * skips what is not base64: of "key;key" it would take the first key and drop the second.
 */
export const keyRing = z
  .string()
  .refine(
    (value) => value.split(',').every((key) => /^[\w+/-]{43}=?$/.test(key.trim())),
    'must be 32 bytes in base64, or a comma-separated list of such keys',
  )
  .transform((value) => value.split(',').map((key) => keyBytes(key.trim())));

export const list = (value: string): string[] => value.split(',').map((entry) => entry.trim());

/** As a browser sends it in Origin: scheme, host and port, nothing after them. */
export const isOrigin = (value: string): boolean =>
  /^https?:\/\/[^*]+$/.test(value) && URL.canParse(value) && new URL(value).origin === value;

/** An address or a network: "10.0.0.7", "10.0.0.0/8", "fd00::/8". */
export function isNetwork(value: string): boolean {
  const [address = '', bits, ...rest] = value.split('/');
  const longest = isIP(address) === 4 ? 32 : 128;
  if (isIP(address) === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= longest);
}
