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
  // A gateway that was killed may have left half a line: begin a new one.
  if ((await file.stat()).size > 0) await file.appendFile('\n');
  return {
    async append(head) {
      await file.appendFile(`${JSON.stringify(head)}\n`);
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

/**
 * The heads in a heads file or a gateway's log, with their line numbers. Other lines are skipped, e.g. half a line that a
 * killed gateway left.
 * @throws StartError when the file cannot be read, or has no head
 */
export async function* readHeadsFile(path: string): AsyncGenerator<{ line: number; head: Head }> {
  let line = 0;
  let found = false;
  try {
    for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
      line += 1;
      const { data: head } = lineSchema.safeParse(parseJson(text));
      if (head === undefined) continue;
      found = true;
      yield { line, head };
    }
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : null;
    if (code === null) throw cause;
    throw new StartError(`The file of heads cannot be read (${code}).`, { cause });
  }
  if (!found) throw new StartError('The file of heads holds none.');
}
