import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from './listen.ts';

// Debian keeps it where only root's PATH looks. PGBOUNCER names another one.
const BINARY = process.env['PGBOUNCER'] ?? 'pgbouncer';
const PATH = `${process.env['PATH']}:/usr/sbin`;
// It refuses to run as root.
const NOBODY = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

export type PgBouncer = {
  /** The same database and role, through the pooler. */
  through(url: string): string;
  /** Kills it, which breaks every connection, and starts it again on the same port. */
  restart(): Promise<void>;
  /** What it logged as an error or a warning. */
  readonly complaints: readonly string[];
  stop(): Promise<void>;
};

/** The version of the PgBouncer that is installed, as a number: 1.18 is 118. Null when there is none. */
export function pgBouncerVersion(): number | null {
  const { stdout } = spawnSync(BINARY, ['--version'], { encoding: 'utf8', env: { ...process.env, PATH } });
  const [, major, minor] = /PgBouncer (\d+)\.(\d+)/.exec(stdout ?? '') ?? [];
  return major === undefined ? null : Number(major) * 100 + Number(minor);
}

/**
 * Starts PgBouncer in front of the server of `urls`, in transaction mode unless `settings` say otherwise.
 * @param urls one for each role that may connect
 */
export async function startPgBouncer(
  urls: readonly string[],
  settings: Readonly<Record<string, string>> = {},
): Promise<PgBouncer> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-pgbouncer-'));
  await chmod(folder, 0o755);
  const [server] = urls.map((url) => new URL(url));
  const port = await freePort();
  const users = urls.map((url) => {
    const { username, password } = new URL(url);
    return `"${username}" "${decodeURIComponent(password)}"\n`;
  });
  const all = {
    listen_addr: '127.0.0.1',
    listen_port: String(port),
    unix_socket_dir: '',
    // Whom it lets in is not what is tried here; to the server it goes with the passwords of the file.
    auth_type: 'trust',
    auth_file: join(folder, 'users.txt'),
    pool_mode: 'transaction',
    max_client_conn: '500',
    ...settings,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name} = ${value}\n`);
  await writeFile(join(folder, 'users.txt'), users.join(''));
  await writeFile(
    join(folder, 'pgbouncer.ini'),
    `[databases]\n* = host=127.0.0.1 port=${server?.port}\n[pgbouncer]\n${lines.join('')}`,
  );
  const complaints: string[] = [];
  let child = await launch(join(folder, 'pgbouncer.ini'), complaints);
  return {
    through: (url) => Object.assign(new URL(url), { hostname: '127.0.0.1', port: String(port) }).href,
    async restart() {
      await kill(child);
      child = await launch(join(folder, 'pgbouncer.ini'), complaints);
    },
    complaints,
    async stop() {
      await kill(child);
      await rm(folder, { recursive: true });
    },
  };
}

/** Resolves when it takes connections. */
async function launch(file: string, complaints: string[]): Promise<ChildProcess> {
  const child = spawn(BINARY, [file], {
    env: { ...process.env, PATH },
    stdio: ['ignore', 'ignore', 'pipe'],
    ...NOBODY,
  });
  const lines = createInterface({ input: child.stderr });
  const { promise: up, resolve, reject } = Promise.withResolvers<void>();
  child.once('error', reject);
  child.once('exit', () => reject(new Error(`PgBouncer ended: ${complaints.join('\n')}`)));
  lines.on('line', (line) => {
    if (/ (ERROR|WARNING|FATAL) /.test(line)) complaints.push(line);
    if (line.includes('process up')) resolve();
  });
  await up;
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
