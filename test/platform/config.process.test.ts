import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readConfig } from '../../src/platform/config/read-config.ts';
import { StartError } from '../../src/platform/process/start-error.ts';
import { registry } from '../../src/providers/registry.ts';
import { CANARY } from '../support/config-problems.ts';

test('an .env that is no file stops the start', async () => {
  const before = process.cwd();
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-env-'));
  await mkdir(join(folder, '.env'));
  process.chdir(folder);
  try {
    expect(() => readConfig(registry)).toThrow(
      new StartError('.env in the working directory cannot be read as a file.'),
    );
  } finally {
    process.chdir(before);
    await rm(folder, { recursive: true });
  }
});

// Node reads them once, so a process that has them already cannot be asked.
test.skipIf(process.env['NODE_EXTRA_CA_CERTS'] !== undefined)(
  'certificate authorities that Node could not read stop the start',
  () => {
    process.env['NODE_EXTRA_CA_CERTS'] = CANARY;
    try {
      expect(() => readConfig(registry)).toThrow(
        /^Node found no certificates in the file of NODE_EXTRA_CA_CERTS\./,
      );
    } finally {
      delete process.env['NODE_EXTRA_CA_CERTS'];
    }
  },
);
