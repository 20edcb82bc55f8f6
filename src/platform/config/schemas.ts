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

/** Kept as it is, with its query. Credentials in it would not be sent, and could be logged; a fragment is never sent. */
export const httpUrl = z
  .string()
  .refine(isPlainHttpUrl, 'must be an http(s) URL without user, password and fragment');

function isPlainHttpUrl(value: string): boolean {
  if (!/^https?:\/\//.test(value) || !URL.canParse(value)) return false;
  const { username, password } = new URL(value);
  return username === '' && password === '' && !value.includes('#');
}

/** A proxy's URL: a secret, because it may have a password. */
export const proxyUrl = z
  .string()
  .refine(isProxyUrl, 'must be an http:// or https:// URL like http://proxy.example:3128')
  .transform((value) => new Secret(value));

function isProxyUrl(value: string): boolean {
  try {
    const { protocol, username, password, pathname, search, hash } = new URL(value);
    decodeURIComponent(username + password);
    return /^https?:$/.test(protocol) && /^https?:\/\//.test(value) && pathname + search + hash === '/';
  } catch {
    return false;
  }
}

/** An address, IPv6 with or without brackets, or a name. */
export const host = z
  .string()
  .transform((value) => value.replace(/^\[(.*)\]$/, '$1'))
  .refine((value) => isIP(value) !== 0 || /^[\w.-]+$/.test(value), 'must be an IP address or a host name');

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
