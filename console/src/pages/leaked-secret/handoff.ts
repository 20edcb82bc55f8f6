import { createSecretBox, type SecretBox } from '../../ui/secret-box.ts';

// From the command palette to the look-up, without a URL.
let waiting: SecretBox | null = null;
const listeners = new Set<() => void>();

/** Hands a secret to the page that looks it up, which may not be open yet. */
export function handOver(secret: string): void {
  waiting?.clear();
  waiting = createSecretBox(secret);
  for (const listener of listeners) listener();
}

/** Takes what was handed over, at most once. */
export function takeOver(): string | null {
  const secret = waiting?.read() ?? null;
  waiting?.clear();
  waiting = null;
  return secret;
}

/** Calls `listener` when something is handed over. Returns what ends that. */
export function onHandOver(listener: () => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}
