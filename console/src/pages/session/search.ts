export type SessionView = 'fields' | 'timeline' | 'answer';

export type SessionSearch = { readonly view?: Exclude<SessionView, 'timeline'> };

/** Reads the URL's parameters: which view is open, when it is not the first. */
export function validateSearch({ view }: Readonly<Record<string, unknown>>): SessionSearch {
  return view === 'fields' || view === 'answer' ? { view } : {};
}
