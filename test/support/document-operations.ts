import { documentBlocks } from './document-blocks.ts';

export type DocumentOperation = {
  readonly name: string;
  readonly query: string;
  /** JSON, as it stands in the document. */
  readonly variables: string;
  /** Of the document. */
  readonly line: number;
};

/** The GraphQL of a document of the repository, with the variables of the JSON block that follows. */
export async function documentOperations(path: string): Promise<DocumentOperation[]> {
  const blocks = await documentBlocks(path);
  return blocks.flatMap(({ language, text, line }, index) => {
    if (language !== 'graphql') return [];
    const next = blocks[index + 1];
    const variables = next?.language === 'json' ? next.text : '{}';
    return [{ name: /^\w+ (\w+)/.exec(text)?.[1] ?? '', query: text, variables, line }];
  });
}
