import { createHmac, hash } from 'node:crypto';
import { inspect } from 'node:util';
import { isStorable } from '../validation/text.ts';

const MASK = '[secret]';
/** Of a client secret, in characters. */
const MAX_SECRET_LENGTH = 4096;

/** A key that fingerprints are made with. Its id is stored with each fingerprint, so that keys can rotate. */
export type FingerprintKey = { readonly id: string; readonly bytes: Uint8Array };

/**
 * A value that cannot be printed, serialised or inspected by accident: String(), JSON.stringify() and
 * util.inspect() all give "[secret]". The private field keeps it out of structured clones and spreads too.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /**
   * The plain value, to hand it over: a new client secret (create-realtime-session.ts), or a new API key
   * (create-api-key.ts, commands/key.ts). test/platform/reveal.test.ts fails when another place calls it.
   */
  reveal(): string {
    return this.#value;
  }

  /** The plain value as a part of a request to the provider. */
  forUpstream(): string {
    return this.#value;
  }

  /** SHA-256 of the value, for comparing two secrets in constant time. */
  digest(): Buffer {
    return hash('sha256', this.#value, 'buffer');
  }

  /** Keyed HMAC-SHA-256 of the value, hex: the same value and key give the same fingerprint. */
  fingerprint(key: FingerprintKey): string {
    return createHmac('sha256', key.bytes).update(this.#value).digest('hex');
  }

  /** Whether it can be a client secret: not empty, at most 4,096 characters, and nothing that PostgreSQL or UTF-8 cannot hold. */
  isPlausible(): boolean {
    return this.#value !== '' && this.#value.length <= MAX_SECRET_LENGTH && isStorable(this.#value);
  }

  /**
   * What may be shown: the prefix that names its kind, and the last four characters. Of a short value neither is shown,
   * because four characters of eight would be half of the secret.
   */
  hint(): { prefix: string; lastFour: string } {
    if (this.#value.length < 16) return { prefix: '', lastFour: '' };
    const prefix = /^[a-z]{1,8}[_-]/.exec(this.#value)?.[0] ?? '';
    return { prefix, lastFour: this.#value.slice(-4) };
  }

  /**
   * What of a header's value has to be removed from texts: each part between spaces ("Bearer" is not the secret of
   * "Bearer …"), but no plain words. Otherwise whoever sends instructions as the value of a header as well would remove
   * them from the record.
   */
  parts(): Secret[] {
    return this.#value
      .split(/[\s,;]+/)
      .filter((part) => !/^[A-Za-z][a-z]{0,19}[.:!?]?$/.test(part))
      .map((part) => new Secret(part));
  }

  /** Adds the plain value to those that secretRemover searches texts for. */
  addValueTo(values: Set<string>): void {
    values.add(this.#value);
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [inspect.custom](): string {
    return MASK;
  }
}
