import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findFreePort } from '../../src/platform/database/embedded/find-free-port.ts';
import type { Database } from './database.ts';
import type { Running, Server } from './servers.ts';

export type GatewayOptions = {
  readonly name: string;
  /** The checkout that it runs from. */
  readonly folder: string;
  readonly database: Database;
  readonly upstreamUrl: string;
  /** A folder to work in: its log goes there, and no .env of a developer's is found there. */
  readonly workFolder: string;
  readonly profileFolder: string | undefined;
  /** What is run instead of the checkout's src/main.ts: a file of it, and arguments. */
  readonly program?: readonly [file: string, ...args: string[]];
  /** What else it is told. */
  readonly env?: Readonly<Record<string, string>>;
};

const PATIENCE_MS = 120_000;

/** The gateway as it is run in production: its own process, log and metrics on, a pool of ten connections. */
export async function startGateway(options: GatewayOptions, { signal, stack }: Running): Promise<Server> {
  const { name, folder, database, upstreamUrl, workFolder, profileFolder, env } = options;
  const [file, ...args] = options.program ?? ['src/main.ts'];
  const rootKey = randomBytes(32).toString('base64url');
  const [port, managementPort] = [await findFreePort(), await findFreePort()];
  const logFile = join(workFolder, `${name}-${port}.log`);
  const log = await open(logFile, 'w');
  const profile = profileFolder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`];
  // As `npm start` has it.
  const flags = ['--max-semi-space-size=64', ...profile];
  const child = spawn(process.execPath, [...flags, join(folder, file), ...args], {
    cwd: workFolder,
    stdio: ['ignore', log.fd, log.fd],
    env: {
      PATH: process.env['PATH'],
      PORT: String(port),
      MANAGEMENT_PORT: String(managementPort),
      DATABASE_URL: database.url,
      DATABASE_OWNER_URL: database.ownerUrl,
      GATEHOUSE_ROOT_KEY: rootKey,
      GATEHOUSE_FINGERPRINT_KEY: randomBytes(32).toString('base64'),
      GATEHOUSE_AUDIT_KEY: randomBytes(32).toString('base64'),
      GATEHOUSE_PROVIDER: 'openai',
      GATEHOUSE_SHUTDOWN_DELAY_MS: '0',
      OPENAI_API_KEY: 'sk-provider-key-of-the-bench',
      OPENAI_BASE_URL: upstreamUrl,
      // Checked on each mint like everybody's, and never reached: one caller sends thousands here.
      GATEHOUSE_REQUESTS_PER_MINUTE: '1000000',
      GATEHOUSE_MAX_ACTIVE_SESSIONS: '1000000',
      GATEHOUSE_MAX_MINTS_PER_MINUTE: '1000000',
      GATEHOUSE_MAX_MINTS_PER_DAY: '1000000',
      ...env,
    },
  });
  await log.close();
  const exit = once(child, 'exit');
  stack.defer(async () => {
    child.kill('SIGTERM');
    await exit;
  });

  const deadline = performance.now() + PATIENCE_MS;
  while (!(await isReady(managementPort))) {
    if (child.exitCode !== null || child.signalCode !== null || performance.now() > deadline)
      throw new Error(`The gateway in ${folder} is not ready:\n${await readFile(logFile, 'utf8')}`);
    await delay(50, undefined, { signal });
  }
  return {
    name,
    kind: 'gateway',
    url: `http://127.0.0.1:${port}/graphql`,
    healthUrl: `http://127.0.0.1:${managementPort}/health/live`,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${rootKey}` },
    pid: child.pid ?? 0,
  };
}

async function isReady(managementPort: number): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${managementPort}/health/ready`);
    await answer.body?.cancel();
    return answer.ok;
  } catch {
    return false;
  }
}
