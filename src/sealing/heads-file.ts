import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { StartError } from '../platform/process/start-error.ts';
import { parseJson } from '../platform/validation/json.ts';
import type { Head } from './seal.ts';

export type HeadsFile = { append(head: Head): Promise<void>; close(): Promise<void> };

/** Opens the file that keeps heads outside the database. @throws StartError when it cannot be written */
export async function openHeadsFile(path: string): Promise<HeadsFile> {
  const file = await openForAppending(path);
  // A gateway that was killed, or a disk that was full, may have left half a line: begin a new one.
  let mayEndInHalfALine = (await file.stat()).size > 0;
  return {
    async append(head) {
      const separator = mayEndInHalfALine ? '\n' : '';
      mayEndInHalfALine = true;
      await file.appendFile(`${separator}${JSON.stringify(head)}\n`);
      mayEndInHalfALine = false;
      // A head that is lost in a crash proves nothing.
      await file.datasync();
    },
    close: () => file.close(),
  };
}

async function openForAppending(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'a', 0o600);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
    throw new StartError(`The file of GATEHOUSE_AUDIT_HEADS_FILE cannot be written (${code}).`, { cause });
  }
}

const hex = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().positive();
const headSchema = z.object({
  batch: count,
  first: count,
  last: count,
  digest: hex,
  previous: hex,
  sealedAt: z.string(),
  keyId: z.string(),
  mac: hex,
});
// In a gateway's log the head is a field of the line.
const lineSchema = z.union([headSchema, z.object({ head: headSchema }).transform(({ head }) => head)]);

// How a line of a heads file begins, and what only heads have.
const START = '{"batch":';
const PARTS = /"(head|digest|previous|sealedAt|keyId|mac)":/;

/**
 * The heads in a heads file or a gateway's log, with their line numbers; null for a line that is only a part of one, e.g.
 * half a line that a killed gateway left. Other lines are skipped.
 * @throws StartError when the file cannot be read, or has no head
 */
export async function* readHeadsFile(path: string): AsyncGenerator<{ line: number; head: Head | null }> {
  let line = 0;
  let found = false;
  try {
    for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
      line += 1;
      const head = headOf(text);
      if (head !== null) {
        found = true;
        yield { line, head };
      } else if (isPartOfHead(text)) {
        yield { line, head: null };
        // Another gateway may have gone on in the middle of the line.
        const rest = headOf(text.slice(Math.max(0, text.lastIndexOf(START))));
        if (rest === null) continue;
        found = true;
        yield { line, head: rest };
      }
    }
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : null;
    if (code === null) throw cause;
    throw new StartError(`The file of heads cannot be read (${code}).`, { cause });
  }
  if (!found) throw new StartError('The file of heads holds none.');
}

function headOf(text: string): Head | null {
  return lineSchema.safeParse(parseJson(text)).data ?? null;
}

function isPartOfHead(text: string): boolean {
  return text !== '' && (START.startsWith(text.slice(0, START.length)) || PARTS.test(text));
}
