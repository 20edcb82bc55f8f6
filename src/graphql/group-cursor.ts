import { isStorable } from '../platform/validation/text.ts';
import type { CursorFormat } from './cursor.ts';
import { isUuid } from './ids.ts';

/** What a value of a group's position is: a time as ISO 8601, a uuid, any text, a count, a truth, or a decimal below 0. */
export type GroupValue = 'time' | 'id' | 'text' | 'count' | 'boolean' | 'numeric';

/** The cursors of a report's rows: the values that they are sorted by, as JSON, because texts may hold any character. */
export function groupCursors(kinds: readonly GroupValue[]): CursorFormat<readonly string[]> {
  return {
    write: (listing, values) => JSON.stringify([listing, ...values]),
    read(listing, text) {
      const [name, ...values] = parseTexts(text);
      const isPosition =
        values.length === kinds.length && kinds.every((kind, index) => isValueOf(kind, values[index] ?? ''));
      return name === listing && isPosition ? values : null;
    },
  };
}

function parseTexts(json: string): readonly string[] {
  try {
    const parts: unknown = JSON.parse(json);
    return Array.isArray(parts) && parts.every((part) => typeof part === 'string') ? parts : [];
  } catch {
    return [];
  }
}

function isValueOf(kind: GroupValue, value: string): boolean {
  switch (kind) {
    case 'time':
      return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value) && !Number.isNaN(Date.parse(value));
    case 'id':
      return isUuid(value);
    case 'text':
      return isStorable(value);
    case 'count':
      return /^\d{1,16}$/.test(value);
    case 'boolean':
      return /^(true|false)$/.test(value);
    case 'numeric':
      return /^-\d{1,40}(\.\d{1,40})?$/.test(value);
    default:
      return kind satisfies never;
  }
}
