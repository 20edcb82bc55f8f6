import { createHash, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from './config.ts';
import { type FingerprintKey, Secret } from './domain/secret.ts';

export type Keys = {
  readonly rootKey: Secret;
  readonly fingerprintKey: FingerprintKey;
};

/**
 * The keys from the configuration; what it leaves out is generated into the data directory, once, readable
 * by its owner only. Call it while holding the data directory's lock. (With DATABASE_URL the configuration
 * has them all: replicas must share them.)
 */
export async function obtainKeys({ rootKey, fingerprintKeys, dataDirectory }: Config): Promise<Keys> {
  const [first] = fingerprintKeys ?? [
    Buffer.from(
      await readOrGenerate(dataDirectory, 'fingerprint-key', () => randomBytes(32).toString('base64')),
      'base64',
    ),
  ];
  if (first === undefined) throw new Error('The list of fingerprint keys is empty');
  return {
    rootKey:
      rootKey ??
      new Secret(
        await readOrGenerate(
          dataDirectory,
          'root-key',
          () => `gh_root_${randomBytes(32).toString('base64url')}`,
        ),
      ),
    fingerprintKey: fingerprintKey(first),
  };
}

/** A key's id is derived from it, so that every replica names it alike without being told. */
function fingerprintKey(bytes: Uint8Array): FingerprintKey {
  return { id: createHash('sha256').update(bytes).digest('hex').slice(0, 8), bytes };
}

async function readOrGenerate(directory: string, name: string, generate: () => string): Promise<string> {
  const path = join(directory, name);
  try {
    await writeFile(path, generate(), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  return (await readFile(path, 'utf8')).trim();
}
