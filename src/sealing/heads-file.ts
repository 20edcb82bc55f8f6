import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { StartError } from '../platform/process/start-error.ts';
import { parseJson } from '../platform/validation/json.ts';
import type { Head } from './seal.ts';

export type HeadsFile = { append(head: Head): Promise<void>; close(): Promise<void> };

/** Opens the file that heads are kept in outside the database. @throws StartError when it cannot be written */
export async function openHeadsFile(path: string): Promise<HeadsFile> {
  const file = await openOrSay(path);
  // A gateway that was killed may have left half a line.
  if ((await file.stat()).size > 0) await file.appendFile('\n');
  return {
    async append(head) {
      await file.appendFile(`${JSON.stringify(head)}\n`);
      // What is not on the disk proves nothing after a crash.
      await file.datasync();
    },
    close: () => file.close(),
  };
}

async function openOrSay(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'a', 0o600);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
    throw new StartError(`The file of GATEHOUSE_AUDIT_HEADS_FILE cannot be written (${code}).`, { cause });
  }
}

const hex = z.string().regex(/^[0-9a-f]{64}$/);
const place = z.int().positive();
const headSchema = z.object({
  batch: place,
  first: place,
  last: place,
  digest: hex,
  previous: hex,
  sealedAt: z.string(),
  keyId: z.string(),
  mac: hex,
});
// A gateway's log has them too, among its other lines.
const lineSchema = z.union([headSchema, z.object({ head: headSchema }).transform(({ head }) => head)]);

/**
 * The heads of a file, or of a gateway's log, with the numbers of their lines. What else it holds is passed over, also
 * half a line that a killed gateway left.
 * @throws StartError when it cannot be read, or holds no head
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
