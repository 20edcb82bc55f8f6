/**
 * Holds a secret for as long as it is needed. Components keep the box, never the value: what is in their state stays
 * in memory for as long as React remembers the state before.
 */
export type SecretBox = {
  /** The value; null once it was cleared. */
  readonly read: () => string | null;
  readonly clear: () => void;
};

export function createSecretBox(value: string): SecretBox {
  let held: string | null = value;
  return {
    read: () => held,
    clear: () => {
      held = null;
    },
  };
}
