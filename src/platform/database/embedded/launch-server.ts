import { type Launched, launch } from './launch.ts';
import type { ServerContext } from './server-context.ts';

const SETTINGS: Readonly<Record<string, string>> = {
  max_connections: '200',
  timezone: 'UTC',
  log_timezone: 'UTC',
  cluster_name: 'gatehouse',
  // The binaries come without LLVM.
  jit: 'off',
  // Statements that fail name the values they failed on. Only what the server does itself is written down.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_checkpoints: 'off',
};

/**
 * Starts `postgres` on a port of 127.0.0.1; it is ready some time later.
 * @throws EmbeddedPostgresError START_FAILED when the program cannot be run.
 */
export function launchServer(
  { binaries, paths, user, settings }: ServerContext,
  { port, stalePid }: { port: number; stalePid: number | undefined },
): Promise<Launched> {
  const all = { ...SETTINGS, ...settings, listen_addresses: '127.0.0.1', unix_socket_directories: '' };
  const options = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return launch({
    binary: binaries.postgres,
    arguments: ['-D', paths.cluster, '-p', String(port), ...options],
    // PostgreSQL's own word for "this pid in postmaster.pid is no server", said when another program has the
    // pid of a dead server by now. It would refuse to start otherwise, and deleting the file could hit that of
    // a server which somebody else has just started.
    ...(stalePid !== undefined && { environment: { PG_GRANDPARENT_PID: String(stalePid) } }),
    user,
    logFile: paths.logFile,
    outlivesGateway: true,
  });
}
