import { createHash, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StartError } from '../process/start-error.ts';
import { type FingerprintKey, Secret } from '../redaction/secret.ts';
import type { Config } from './config.ts';

export type Keys = {
  readonly rootKey: Secret;
  readonly fingerprintKeys: KeyRing;
  /** What the audit trail is sealed with. */
  readonly auditKeys: KeyRing;
};

/** The first key writes; all keys are tried when reading. */
export type KeyRing = readonly [FingerprintKey, ...FingerprintKey[]];

/**
 * The keys from the configuration. Missing ones are generated once into files of the data directory that only their owner
 * can read. Call it while holding the lock of the data directory. (With DATABASE_URL the configuration has all keys,
 * because replicas must share them.)
 * @throws StartError when a key's file holds no key
 */
export async function obtainKeys(config: Config): Promise<Keys> {
  const { rootKey, dataDirectory } = config;
  return {
    rootKey: rootKey ?? (await obtainRootKey(dataDirectory)),
    fingerprintKeys: await fingerprintKeysOf(config, readOrGenerate),
    auditKeys: await auditKeysOf(config, readOrGenerate),
  };
}

/**
 * The keys of fingerprints, for a command: what no gateway has made yet is not made.
 * @throws StartError when the key's file is not there, or holds no key
 */
export function findFingerprintKeys(config: Config): Promise<KeyRing> {
  return fingerprintKeysOf(config, readKey);
}

/**
 * The keys of the audit trail, likewise.
 * @throws StartError when the key's file is not there, or holds no key
 */
export function findAuditKeys(config: Config): Promise<KeyRing> {
  return auditKeysOf(config, readKey);
}

/** Reads a key's file; `generate` makes the text of one that is missing. */
type ReadKey = (path: string, generate: () => string) => Promise<string>;

async function fingerprintKeysOf(
  { fingerprintKeys, dataDirectory }: Config,
  read: ReadKey,
): Promise<KeyRing> {
  return ringOf(
    fingerprintKeys ?? [
      await keyBytesOf(join(dataDirectory, 'fingerprint-key'), "no secret's session is found", read),
    ],
  );
}

async function auditKeysOf({ auditKeys, dataDirectory }: Config, read: ReadKey): Promise<KeyRing> {
  return ringOf(
    auditKeys ?? [
      await keyBytesOf(join(dataDirectory, 'audit-key'), 'the audit trail cannot be verified', read),
    ],
  );
}

function ringOf([first, ...rest]: readonly Uint8Array[]): KeyRing {
  if (first === undefined) throw new StartError('A list of keys is empty.');
  return [withId(first), ...rest.map(withId)];
}

async function obtainRootKey(directory: string): Promise<Secret> {
  const path = join(directory, 'root-key');
  const key = await readOrGenerate(path, () => `gh_root_${randomBytes(32).toString('base64url')}`);
  if (key.length < 32)
    throw new StartError(`${path} holds no key of 32 or more characters. Remove it for a new one.`);
  return new Secret(key);
}

async function keyBytesOf(path: string, withoutIt: string, read: ReadKey): Promise<Uint8Array> {
  const bytes = Buffer.from(await read(path, () => randomBytes(32).toString('base64')), 'base64');
  if (bytes.length !== 32) {
    throw new StartError(`${path} holds no 32 bytes in base64. Restore it: without it ${withoutIt}.`);
  }
  return new Uint8Array(bytes);
}

/** A key with its id. The id is derived from the key, so that all replicas use the same one. */
function withId(bytes: Uint8Array): FingerprintKey {
  return { id: createHash('sha256').update(bytes).digest('hex').slice(0, 8), bytes };
}

async function readOrGenerate(path: string, generate: () => string): Promise<string> {
  try {
    await writeFile(path, generate(), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  return readKey(path);
}

async function readKey(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
    throw new StartError(`The key in ${path} cannot be read (${code}).`, { cause });
  }
}
