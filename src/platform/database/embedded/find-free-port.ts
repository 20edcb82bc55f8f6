import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { EmbeddedPostgresError } from './error.ts';

// Below the ports that kernels give to outgoing connections (Linux from 32768, macOS from 49152): nobody takes
// the port by accident while a server that died is started again, and a client that connects to it meanwhile
// cannot be given that very port and end up connected to itself.
const LOWEST = 20_000;
const HIGHEST = 30_000;
const ATTEMPTS = 100;

/**
 * A TCP port of 127.0.0.1 that nobody listens on.
 * @throws EmbeddedPostgresError START_FAILED when none is found.
 */
export async function findFreePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = randomInt(LOWEST, HIGHEST);
    if (await isFree(port)) return port;
  }
  throw new EmbeddedPostgresError(
    'START_FAILED',
    `No free port on 127.0.0.1 between ${LOWEST} and ${HIGHEST}.`,
  );
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ host: '127.0.0.1', port, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}
