import { expect } from 'vitest';
import type { Answer } from '../../support/gateway.ts';

export type Ask = (query: string, variables: Record<string, unknown>) => Promise<Answer>;
export type Listing = {
  readonly field: 'realtimeSessions' | 'users';
  readonly filter: object | null;
  readonly order: string;
};

const TYPES = { realtimeSessions: 'RealtimeSession', users: 'User' } as const;

function documentOf(field: Listing['field'], selection: string): string {
  return `query (
    $filter: ${TYPES[field]}Filter, $order: ${TYPES[field]}Order!,
    $first: Int, $after: String, $last: Int, $before: String
    ${selection.includes('$upTo') ? '$upTo: Int' : ''}
  ) {
    listing: ${field}(filter: $filter, orderBy: $order, first: $first, after: $after, last: $last, before: $before) {
      ${selection}
    }
  }`;
}

const PAGE =
  'edges { cursor node { id } } nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';
const COUNT = 'totalCount capped: totalCount(upTo: $upTo)';

type Node = { readonly id: string };
type Page = {
  readonly edges: readonly { readonly cursor: string; readonly node: Node }[];
  readonly nodes: readonly Node[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
};

/** One page, whose cursors are those of its entries. */
export async function readPage(
  ask: Ask,
  { field, ...listing }: Listing,
  args: Record<string, unknown>,
): Promise<Page> {
  const { body } = await ask(documentOf(field, PAGE), { ...listing, ...args });
  expect(body.errors).toBeUndefined();
  const page: Page = body.data.listing;
  expect(page.nodes).toEqual(page.edges.map(({ node }) => node));
  expect(page.pageInfo.startCursor).toBe(page.edges[0]?.cursor ?? null);
  expect(page.pageInfo.endCursor).toBe(page.edges.at(-1)?.cursor ?? null);
  return page;
}

/** All pages one after the other, in reading order. */
export async function walk(
  ask: Ask,
  listing: Listing,
  size: number,
  direction: 'forward' | 'backward',
): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let cursor: string | null = null, more = true; more; ) {
    const forward = direction === 'forward';
    const page = await readPage(
      ask,
      listing,
      forward ? { first: size, after: cursor } : { last: size, before: cursor },
    );
    const { hasNextPage, hasPreviousPage, startCursor, endCursor } = page.pageInfo;
    // Behind the first page there is nothing, and something behind every other.
    expect(forward ? hasPreviousPage : hasNextPage).toBe(cursor !== null);
    more = forward ? hasNextPage : hasPreviousPage;
    if (more) expect(page.nodes).toHaveLength(size);
    const found = page.nodes.map(({ id }) => id);
    if (forward) ids.push(...found);
    else ids.unshift(...found);
    cursor = forward ? endCursor : startCursor;
  }
  return ids;
}

/** How many there are, and how many as far as a number. */
export async function counts(ask: Ask, { field, ...listing }: Listing, upTo: number) {
  const { body } = await ask(documentOf(field, COUNT), { ...listing, upTo });
  expect(body.errors).toBeUndefined();
  return body.data.listing;
}
