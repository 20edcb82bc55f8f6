import { isIP, SocketAddress } from 'node:net';

// How IPv4 addresses are written as IPv6 ones, by the six groups before them: mapped, translated (RFC 7915), behind
// NAT64 (RFC 6052), and the obsolete way without any mark (RFC 4291).
const IPV4_PREFIXES: ReadonlySet<string> = new Set(['0:0:0:0:0:ffff', '0:0:0:0:ffff:0', '64:ff9b:0:0:0:0']);
const UNMARKED = '0:0:0:0:0:0';

/**
 * One text for each address, so that two texts of one address are equal: without a zone, in lower case, shortened, and an
 * IPv4 address always as IPv4. Null for a text that is no address.
 */
export function canonicalAddress(text: string): string | null {
  const address = text.replace(/%.*$/s, '');
  if (isIP(address) !== 6) return isIP(address) === 4 ? address : null;
  const canonical = new SocketAddress({ address, family: 'ipv6' }).address;
  const groups = groupsOf(canonical);
  const [high = 0, low = 0] = groups.slice(6);
  const prefix = toText(groups.slice(0, 6));
  // "::" and "::1" have the obsolete form too, and are no IPv4 addresses.
  const isIpv4 = prefix === UNMARKED ? high > 0 : IPV4_PREFIXES.has(prefix);
  return isIpv4 ? [high >> 8, high & 255, low >> 8, low & 255].join('.') : canonical;
}

/** The unit of rate limits by address: an IPv4 address, or an IPv6 /64, which is what one household has. */
export function addressGroup(address: string | null): string {
  const canonical = address === null ? null : canonicalAddress(address);
  if (canonical === null) return 'unknown';
  return isIP(canonical) === 6 ? toText(groupsOf(canonical).slice(0, 4)) : canonical;
}

/** The eight groups of an IPv6 address. */
function groupsOf(address: string): number[] {
  const [head = '', tail] = address.split('::');
  const before = parseGroups(head);
  if (tail === undefined) return before;
  const after = parseGroups(tail);
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
}

function parseGroups(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
    return [a * 256 + b, c * 256 + d];
  });
}

function toText(groups: readonly number[]): string {
  return groups.map((group) => group.toString(16)).join(':');
}
