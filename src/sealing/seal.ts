import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import type { FingerprintKey } from '../platform/redaction/secret.ts';

/** What the trail is sealed with. Its id stands in each head, so that keys can rotate. */
export type SealingKey = FingerprintKey;

/**
 * An event as it is sealed: the values of SEALED_COLUMNS in their order, all as text. JSON stays the text that
 * PostgreSQL has for it, which is one for each value: parsed and written again, 1.0 could be made 1 unnoticed.
 */
export type SealedValues = readonly (string | null)[];

/** All columns of audit_event. The order is part of what was sealed: new ones go to the end. */
export const SEALED_COLUMNS = [
  'id',
  'at',
  'action',
  'outcome',
  'actor_kind',
  'actor_name',
  'actor_application_id',
  'actor_api_key_id',
  'actor_user_id',
  'application_id',
  'user_id',
  'session_id',
  'request_id',
  'ip_address',
  'user_agent',
  'detail',
  'identity',
] as const;

/** The value of one column. */
export function columnOf(values: SealedValues, column: (typeof SEALED_COLUMNS)[number]): string | null {
  return values[SEALED_COLUMNS.indexOf(column)] ?? null;
}

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
