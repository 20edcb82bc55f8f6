import { type ChildProcess, spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { COMPILE_CACHE } from './compile-cache.ts';
import type { TestDatabase } from './database.ts';
import { ROOT_KEY } from './gateway.ts';

const MAIN = join(import.meta.dirname, '../../src/main.ts');

export type Ended = { readonly code: number | null; readonly signal: string | null; readonly stderr: string };

export type GatewayProcess = {
  readonly url: string;
  readonly managementUrl: string;
  /** Its log, line by line, as it comes. */
  readonly lines: readonly string[];
  /** Messages of its log, as they come. */
  readonly messages: readonly string[];
  /** How the requests ended that it logged. */
  readonly outcomes: readonly string[];
  readonly ended: Promise<Ended>;
  readonly child: ChildProcess;
};

/** The real process over a test's database, when it says that it is ready. Its caller sees to it that it ends. */
export async function startGatewayProcess(
  database: Pick<TestDatabase, 'url' | 'ownerUrl'>,
  env: Record<string, string>,
): Promise<GatewayProcess> {
  const child = spawn(process.execPath, [MAIN], {
    cwd: tmpdir(),
    env: {
      PORT: '0',
      MANAGEMENT_PORT: '0',
      DATABASE_URL: database.url,
      DATABASE_OWNER_URL: database.ownerUrl,
      GATEHOUSE_ROOT_KEY: ROOT_KEY,
      GATEHOUSE_FINGERPRINT_KEY: Buffer.alloc(32, 1).toString('base64'),
      GATEHOUSE_AUDIT_KEY: Buffer.alloc(32, 2).toString('base64'),
      GATEHOUSE_MAX_ACTIVE_SESSIONS: '1000000',
      GATEHOUSE_MAX_MINTS_PER_MINUTE: '1000000',
      GATEHOUSE_MAX_MINTS_PER_DAY: '1000000',
      GATEHOUSE_REQUESTS_PER_MINUTE: '10000000',
      GATEHOUSE_ANONYMOUS_REQUESTS_PER_MINUTE: '10000000',
      // No load balancer has to be waited for.
      GATEHOUSE_SHUTDOWN_DELAY_MS: '0',
      ...COMPILE_CACHE,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const messages: string[] = [];
  const outcomes: string[] = [];
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, stderr }));
  });
  const ready = new Promise<{ url: string; managementUrl: string }>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line);
      const fields = JSON.parse(line);
      if (fields.msg === 'request') outcomes.push(fields.outcome);
      // Periodic, whatever else happens.
      else if (fields.msg !== 'trail sealed') messages.push(fields.msg);
      if (fields.msg === 'ready') resolve(fields);
    });
  });
  const first = await Promise.race([ready, ended]);
  if ('stderr' in first) throw new Error(`The gateway ended instead of starting: ${first.stderr}`);
  return { url: first.url, managementUrl: first.managementUrl, lines, messages, outcomes, ended, child };
}
