import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

// A chain of proxies is short; a header can be 16 KB.
const MAX_HOPS = 20;

/** Tells the address that a request comes from, seen through the proxies that are trusted; null when its connection is gone. */
export function createClientAddress(trustedProxies: readonly string[]) {
  const trusted = trustedProxies.length === 0 ? null : toBlockList(trustedProxies);
  return (request: Pick<IncomingMessage, 'socket' | 'headers'>): string | null => {
    let address = normalise(request.socket.remoteAddress ?? '');
    if (trusted === null || address === null || !isTrusted(trusted, address)) return address;
    const header = request.headers['x-forwarded-for'];
    const hops = (Array.isArray(header) ? header.join() : (header ?? '')).split(',').slice(-MAX_HOPS);
    for (const hop of hops.reverse()) {
      const said = normalise(withoutPort(hop.trim()));
      // Whoever wrote something else is not known; the proxy that passed it on is.
      if (said === null) return address;
      address = said;
      // To the left of this stands what the client itself may have written.
      if (!isTrusted(trusted, said)) return said;
    }
    return address;
  };
}

function toBlockList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [given = '', bits] = network.split('/');
    const address = bits === undefined ? (normalise(given) ?? given) : given;
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

/** Without a zone, and IPv4 as such even where IPv6 carries it; null for what is no address. */
function normalise(text: string): string | null {
  const address = text.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/s, '');
  return isIP(address) === 0 ? null : address;
}

/** Some proxies add the port: "203.0.113.7:5678", "[2001:db8::1]:5678". */
function withoutPort(hop: string): string {
  return /^\[([^\]]*)\](?::\d+)?$/.exec(hop)?.[1] ?? /^([\d.]+):\d+$/.exec(hop)?.[1] ?? hop;
}
