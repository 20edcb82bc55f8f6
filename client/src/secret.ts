const MASK = '[redacted]';

/**
 * A credential that cannot be printed, serialised or inspected by accident: String(), JSON.stringify() and console.log()
 * all give "[redacted]", and a spread or a structured clone has nothing of it.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The plain value, to hand it over. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  // What Node.js prints.
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return MASK;
  }
}
