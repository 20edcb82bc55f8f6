import type { DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';

// In characters: a parsed document takes about a hundred times as much memory as its text, so the number does not matter.
export const MAX_CACHED_CHARACTERS = 128 * 1024;
export const MAX_CACHED_DOCUMENT = 16 * 1024;

/** Parsed documents by their text. Bounded, because clients can send any number of documents; the least recently used goes first. */
export function createDocumentCache(): LRUCache<string, DocumentNode> {
  return new LRUCache({
    maxSize: MAX_CACHED_CHARACTERS,
    maxEntrySize: MAX_CACHED_DOCUMENT,
    sizeCalculation: (_document, text) => Math.max(1, text.length),
  });
}
