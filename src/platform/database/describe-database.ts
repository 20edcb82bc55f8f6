import pg from 'pg';
import { hostAndPort } from '../process/host-and-port.ts';

/** Which database a URL leads to, without its user and password: "gatehouse" at db.example:5432. */
export function describeDatabase(url: string): string {
  // The driver knows what counts: variables of the environment, parameters of the URL, sockets.
  const { database, host, port } = new pg.Client({ connectionString: url });
  return `"${database}" at ${host.startsWith('/') ? `${host} (port ${port})` : hostAndPort(host, port)}`;
}
