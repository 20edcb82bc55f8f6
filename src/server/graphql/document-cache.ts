import type { DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';

// In characters. A document takes some hundred times as much memory as its text, so it is not their number that counts.
const MAX_SIZE = 128 * 1024;
const MAX_ENTRY_SIZE = 16 * 1024;

/** Parsed documents by their text, the least recently used forgotten first: clients can make up as many as they like. */
export function createDocumentCache(): LRUCache<string, DocumentNode> {
  return new LRUCache({
    maxSize: MAX_SIZE,
    maxEntrySize: MAX_ENTRY_SIZE,
    sizeCalculation: (_document, text) => Math.max(1, text.length),
  });
}
