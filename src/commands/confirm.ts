import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { say } from './terminal.ts';

export type Terminal = Readable & { readonly isTTY?: boolean };

/**
 * Asks somebody at a terminal to type a text.
 * @returns whether exactly that was typed; false at the end of the input
 */
export async function confirmByTyping(input: Terminal, expected: string, question: string): Promise<boolean> {
  say(question);
  // Not a terminal of readline's: that would take Ctrl-C for itself.
  const lines = createInterface({ input, terminal: false });
  try {
    for await (const line of lines) return line === expected || line.trim() === expected;
    return false;
  } finally {
    lines.close();
  }
}
