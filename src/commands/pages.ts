import { isJsonObject, type Json, type JsonObject } from '../platform/validation/json.ts';
import type { Ask } from './ask-schema.ts';
import { valueAt } from './json-path.ts';

const MOST_PER_PAGE = 100;

/**
 * The first nodes of a connection, read page by page.
 * @param document has the variables `first` and `after`, and the connection `connection` with nodes and pageInfo
 * @param limit how many at most
 */
export async function* nodesOf(
  ask: Ask,
  document: string,
  variables: Readonly<Record<string, unknown>>,
  connection: string,
  limit: number,
): AsyncGenerator<JsonObject> {
  let after: unknown = null;
  for (let left = limit; left > 0; ) {
    const first = Math.min(left, MOST_PER_PAGE);
    const page = valueAt(await ask(document, { ...variables, first, after }), connection);
    const nodes = listIn(page, 'nodes');
    yield* nodes;
    left -= nodes.length;
    if (valueAt(page, 'pageInfo.hasNextPage') !== true) return;
    after = valueAt(page, 'pageInfo.endCursor');
  }
}

/** The objects of the list at a path. */
export function listIn(value: Json, path: string): JsonObject[] {
  const list = valueAt(value, path);
  return Array.isArray(list) ? list.filter(isJsonObject) : [];
}
