import { createHash, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from './config.ts';
import { type FingerprintKey, Secret } from './domain/secret.ts';
import { StartError } from './start-error.ts';

export type Keys = {
  readonly rootKey: Secret;
  /** The first writes, all are known. */
  readonly fingerprintKeys: readonly [FingerprintKey, ...FingerprintKey[]];
};

/**
 * The keys from the configuration; what it leaves out is generated into the data directory, once, readable
 * by its owner only. Call it while holding the data directory's lock. (With DATABASE_URL the configuration
 * has them all: replicas must share them.)
 * @throws StartError when a key's file holds no key
 */
export async function obtainKeys({ rootKey, fingerprintKeys, dataDirectory }: Config): Promise<Keys> {
  const [first, ...rest] = fingerprintKeys ?? [await obtainFingerprintKey(dataDirectory)];
  if (first === undefined) throw new StartError('GATEHOUSE_FINGERPRINT_KEY is empty.');
  return {
    rootKey: rootKey ?? (await obtainRootKey(dataDirectory)),
    fingerprintKeys: [withId(first), ...rest.map(withId)],
  };
}

async function obtainRootKey(directory: string): Promise<Secret> {
  const path = join(directory, 'root-key');
  const key = await readOrGenerate(path, () => `gh_root_${randomBytes(32).toString('base64url')}`);
  if (key.length < 32)
    throw new StartError(`${path} holds no key of 32 or more characters. Remove it for a new one.`);
  return new Secret(key);
}

async function obtainFingerprintKey(directory: string): Promise<Uint8Array> {
  const path = join(directory, 'fingerprint-key');
  const bytes = Buffer.from(await readOrGenerate(path, () => randomBytes(32).toString('base64')), 'base64');
  if (bytes.length !== 32) {
    throw new StartError(
      `${path} holds no 32 bytes in base64. Restore it: without it no secret's session is found.`,
    );
  }
  return new Uint8Array(bytes);
}

/** A key's id is derived from it, so that every replica names it alike without being told. */
function withId(bytes: Uint8Array): FingerprintKey {
  return { id: createHash('sha256').update(bytes).digest('hex').slice(0, 8), bytes };
}

async function readOrGenerate(path: string, generate: () => string): Promise<string> {
  try {
    await writeFile(path, generate(), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  return (await readFile(path, 'utf8')).trim();
}
