import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

export type Block = {
  /** What follows the fence: sh, graphql, ts … */
  readonly language: string;
  readonly text: string;
  /** Of the document. */
  readonly line: number;
};

/** The fenced blocks of a document of the repository, in their order. */
export async function documentBlocks(path: string): Promise<Block[]> {
  const document = await readFile(join(ROOT, path), 'utf8');
  return [...document.matchAll(/^```(\S*)\n(.*?)^```$/gms)].map(
    ({ 1: language = '', 2: text = '', index }) => ({
      language,
      text,
      line: document.slice(0, index).split('\n').length,
    }),
  );
}
