import { hash } from 'node:crypto';
import type { SealedValues } from '../audit/canonical-event.ts';
import { isSignedBy, macOf, type SealingKey, type Signature, sign } from './signed.ts';

/** How many columns an event had when sealing began. A column added later is part of the seal once it has a value. */
const ORIGINAL_COLUMNS = 16;

/** What a batch holds. MACs and digests in hex. */
type HeadContent = {
  /** From 1 on, without gaps. */
  readonly batch: number;
  /** The sequences of its first and its last event. */
  readonly first: number;
  readonly last: number;
  /** Of the MACs of its events, in order. */
  readonly digest: string;
  /** The MAC of the head before, or GENESIS. */
  readonly previous: string;
  /** By the database clock, to the microsecond. */
  readonly sealedAt: string;
};

/** A sealed batch: what it holds, and the signature. */
export type Head = HeadContent & Signature;

/** The MAC "before" the first head. */
export const GENESIS = '0'.repeat(64);

/** The MAC of an event. Its sequence is part of it: an event that is moved no longer fits its seal. */
export function sealEvent(key: SealingKey, sequence: number, values: SealedValues): Buffer {
  return macOf(key, 'event', [sequence, ...withoutUnused(values)]);
}

/** Without columns that were added after the event was sealed. */
function withoutUnused(values: SealedValues): SealedValues {
  const last = values.findLastIndex((value) => value !== null);
  return values.slice(0, Math.max(ORIGINAL_COLUMNS, last + 1));
}

export function digestOf(macs: readonly Uint8Array[]): string {
  return hash('sha256', Buffer.concat(macs), 'hex');
}

/** Signs what a batch holds. */
export function signHead(key: SealingKey, content: HeadContent): Head {
  return { ...content, ...sign(key, 'head', signedValues({ ...content, keyId: key.id })) };
}

export function isHeadSigned(key: SealingKey, head: Head): boolean {
  return isSignedBy(key, 'head', signedValues(head), head.mac);
}

function signedValues(head: Omit<Head, 'mac'>) {
  const { batch, first, last, digest, previous, sealedAt, keyId } = head;
  return [batch, first, last, digest, previous, sealedAt, keyId];
}
