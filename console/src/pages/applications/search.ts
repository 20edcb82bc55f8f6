/** What the URL of the page can say. */
export type ApplicationsSearch = {
  /** Part of the name of an application or of a key, or the last characters of a key. */
  find?: string;
  /** Also keys that were revoked or have expired. */
  ended?: true;
};

export function validateSearch(search: Readonly<Record<string, unknown>>): ApplicationsSearch {
  const { find, ended } = search;
  const text = typeof find === 'string' || typeof find === 'number' ? String(find).trim().slice(0, 200) : '';
  return {
    ...(text === '' ? {} : { find: text }),
    ...(ended === true || ended === 'true' ? { ended: true } : {}),
  };
}
