import { readFile } from 'node:fs/promises';
import { type Json, parseJson } from '../validation/json.ts';
import { StartError } from './start-error.ts';

/**
 * Reads a JSON file that the configuration names.
 * @param subject what a message calls the file, with the name of its variable
 * @throws StartError when it cannot be read or is not JSON
 */
export async function readJsonFile(path: string, subject: string): Promise<Json> {
  const json = parseJson(await readText(path, subject));
  if (json === undefined) throw unusableFile(subject, 'it is not JSON');
  return json;
}

/** The error of a file that cannot be used; `problem` never quotes what is in it. */
export function unusableFile(subject: string, problem: string, cause?: unknown): StartError {
  return new StartError(`${subject} cannot be used: ${problem}.`, { cause });
}

async function readText(path: string, subject: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
    throw unusableFile(subject, `it cannot be read (${code})`, cause);
  }
}
