export type Page<Node> = {
  readonly nodes: readonly Node[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
};

/** A listing: its entries one by one, or page by page. Each loop reads it from the start. */
export type Pages<Node> = AsyncIterable<Node> & {
  pages(): AsyncIterable<readonly Node[]>;
};

/** @param read reads the page after a cursor; the first one after undefined */
export function pagesOf<Node>(read: (after: string | undefined) => Promise<Page<Node>>): Pages<Node> {
  return {
    async *pages() {
      let after: string | undefined;
      for (;;) {
        const { nodes, pageInfo } = await read(after);
        if (nodes.length > 0) yield nodes;
        if (!pageInfo.hasNextPage || pageInfo.endCursor === null) return;
        after = pageInfo.endCursor;
      }
    },
    async *[Symbol.asyncIterator]() {
      for await (const nodes of this.pages()) yield* nodes;
    },
  };
}
