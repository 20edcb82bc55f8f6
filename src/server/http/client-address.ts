import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, type Socket } from 'node:net';
import { canonicalAddress } from './ip-address.ts';

// A chain of proxies is short; a header can be 16 KB.
const MAX_HOPS = 20;

/** Finds the address of a request's client behind trusted proxies; null when the connection is gone. */
export function createClientAddress(trustedProxies: readonly string[]) {
  const trusted = trustedProxies.length === 0 ? null : toBlockList(trustedProxies);
  return (request: Pick<IncomingMessage, 'socket' | 'headers'>): string | null => {
    let address = addressOf(request.socket);
    if (trusted === null || address === null || !isTrusted(trusted, address)) return address;
    const header = request.headers['x-forwarded-for'];
    const hops = (Array.isArray(header) ? header.join() : (header ?? '')).split(',').slice(-MAX_HOPS);
    for (const hop of hops.reverse()) {
      const hopAddress = canonicalAddress(withoutPort(hop.trim()));
      // This hop is no address, so the proxy that passed it on is the last one that is known.
      if (hopAddress === null) return address;
      address = hopAddress;
      // The client itself may have written everything to the left of the first untrusted address.
      if (!isTrusted(trusted, hopAddress)) return hopAddress;
    }
    return address;
  };
}

// One connection has many requests, and an address that is written as IPv6 takes microseconds to read.
const addresses = new WeakMap<Socket, string>();

function addressOf(socket: Socket): string | null {
  const known = addresses.get(socket);
  if (known !== undefined) return known;
  const address = canonicalAddress(socket.remoteAddress ?? '');
  if (address !== null) addresses.set(socket, address);
  return address;
}

function toBlockList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [base = '', bits] = network.split('/');
    const address = bits === undefined ? (canonicalAddress(base) ?? base) : base;
    if (bits === undefined) list.addAddress(address, familyOf(address));
    else list.addSubnet(address, Number(bits), familyOf(address));
  }
  return list;
}

function isTrusted(list: BlockList, address: string): boolean {
  return list.check(address, familyOf(address));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}

/** Some proxies add the port: "203.0.113.7:5678", "[2001:db8::1]:5678". */
function withoutPort(hop: string): string {
  return /^\[([^\]]*)\](?::\d+)?$/.exec(hop)?.[1] ?? /^([\d.]+):\d+$/.exec(hop)?.[1] ?? hop;
}
