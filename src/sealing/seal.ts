import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import type { SealedValues } from '../audit/canonical-event.ts';
import type { FingerprintKey } from '../platform/redaction/secret.ts';

/** What the trail is sealed with. Its id stands in each head, so that keys can rotate. */
export type SealingKey = FingerprintKey;
/** How many columns an event had when sealing began: each later one is sealed from its first value on. */
const ORIGINAL_COLUMNS = 16;

/** A sealed batch: what it holds, and the proof of it. MACs and digests in hex. */
export type Head = {
  /** From 1 on, without gaps. */
  readonly batch: number;
  readonly first: number;
  readonly last: number;
  /** Of the MACs of its events, in order. */
  readonly digest: string;
  /** The MAC of the head before, or GENESIS. */
  readonly previous: string;
  /** By the database clock, to the microsecond. */
  readonly sealedAt: string;
  readonly keyId: string;
  readonly mac: string;
};

/** Stands before the first head. */
export const GENESIS = '0'.repeat(64);

/** The MAC of an event at its place: another place has another. */
export function sealEvent({ bytes }: SealingKey, sequence: number, values: SealedValues): Buffer {
  return createHmac('sha256', bytes)
    .update(JSON.stringify(['gatehouse event', sequence, ...withoutUnused(values)]))
    .digest();
}

/** An event from before a column was added is sealed as it was: without it. */
function withoutUnused(values: SealedValues): SealedValues {
  const last = values.findLastIndex((value) => value !== null);
  return values.slice(0, Math.max(ORIGINAL_COLUMNS, last + 1));
}

export function digestOf(macs: readonly Uint8Array[]): string {
  return hash('sha256', Buffer.concat(macs), 'hex');
}

/** Signs what a batch holds. */
export function signHead(key: SealingKey, of: Omit<Head, 'keyId' | 'mac'>): Head {
  const head = { ...of, keyId: key.id };
  return { ...head, mac: macOf(key, head) };
}

export function isSigned(key: SealingKey, head: Head): boolean {
  return sameHex(macOf(key, head), head.mac);
}

function macOf({ bytes }: SealingKey, head: Omit<Head, 'mac'>): string {
  const { batch, first, last, digest, previous, sealedAt, keyId } = head;
  return createHmac('sha256', bytes)
    .update(JSON.stringify(['gatehouse head', batch, first, last, digest, previous, sealedAt, keyId]))
    .digest('hex');
}

/** Whether two MACs are the same, in constant time. */
export function sameHex(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}
