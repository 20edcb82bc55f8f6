import type { AddressInfo } from 'node:net';
import { hostAndPort } from '../../platform/process/host-and-port.ts';

// A server that listens on all addresses cannot be reached by the one that stands for them. On "::" it takes IPv4 as well.
const ALL_ADDRESSES: ReadonlySet<string> = new Set(['::', '0.0.0.0']);
const LOOPBACK = '127.0.0.1';

/**
 * Where a client on this machine reaches a server.
 * @param host what the server was told to listen on: an address, or a name
 */
export function listeningUrl(host: string, { address, port }: AddressInfo): string {
  return `http://${hostAndPort(ALL_ADDRESSES.has(address) ? LOOPBACK : host, port)}`;
}
