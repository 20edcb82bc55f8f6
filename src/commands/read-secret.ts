import type { Readable } from 'node:stream';
import { Secret } from '../platform/redaction/secret.ts';

/** Longer than any secret: what comes beyond is not read. */
const MOST = 65_536;

export type ReadSecret =
  | { readonly kind: 'secret'; readonly secret: Secret }
  | { readonly kind: 'refused'; readonly why: string };

/**
 * Reads a secret from standard input, the one line that it is. Not from a terminal, which would show it, and not from
 * an argument, which the shell remembers and every process can read.
 */
export async function readSecret(
  input: Readable & { readonly isTTY?: boolean },
  args: readonly string[],
): Promise<ReadSecret> {
  if (args.length > 0)
    return refused('It takes no arguments: the shell remembers them, and every process can read them.');
  if (input.isTTY)
    return refused('The secret is read from standard input, one line. A terminal would show it: pipe it in.');
  input.setEncoding('utf8');
  let text = '';
  for await (const chunk of input) {
    text += chunk;
    if (text.length > MOST) break;
  }
  const line = text.replace(/\r?\n$/, '');
  if (line === '') return refused('There is no secret on standard input.');
  if (/[\r\n]/.test(line))
    return refused('There is more than one line on standard input: one secret at a time.');
  return { kind: 'secret', secret: new Secret(line) };
}

function refused(why: string): ReadSecret {
  return { kind: 'refused', why };
}
