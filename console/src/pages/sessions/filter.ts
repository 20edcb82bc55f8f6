import { type SessionsSearch, withoutUndefined } from './search.ts';

/** The fields of the URL that choose sessions: all but those that say how they are shown. */
export type SessionsFilter = Omit<SessionsSearch, 'orderBy' | 'after' | 'before' | 'columns'>;

/** A change of the URL. Undefined takes a field away. */
export type SearchPatch = { readonly [K in keyof SessionsSearch]?: SessionsSearch[K] | undefined };
export type ChangeSearch = (patch: SearchPatch) => void;

/** The filter of the API. It chooses the sessions of the list and those whose changes are followed. */
export function filterOf(search: SessionsSearch): SessionsFilter {
  const { orderBy: _order, after: _after, before: _before, columns: _columns, ...filter } = search;
  return filter;
}

/** The URL without its filter. */
export function withoutFilter({ orderBy, columns }: SessionsSearch): SessionsSearch {
  return withoutUndefined({ orderBy, columns });
}

/** The URL after a change. Another filter or order begins at its first page. */
export function patchSearch(search: SessionsSearch, patch: SearchPatch): SessionsSearch {
  return withoutUndefined({ ...search, after: undefined, before: undefined, ...patch });
}
