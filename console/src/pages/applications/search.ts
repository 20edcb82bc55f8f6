/** What the URL of the page can say. */
export type ApplicationsSearch = {
  /** Part of the name of an application or of a key, or the last characters of a key. */
  find?: string;
  /** Also keys that were revoked or have expired. */
  ended?: true;
  /** The id of the application whose limits are shown. */
  limits?: string;
};

export function validateSearch(search: Readonly<Record<string, unknown>>): ApplicationsSearch {
  const { find, ended, limits } = search;
  const text = typeof find === 'string' || typeof find === 'number' ? String(find).trim().slice(0, 200) : '';
  return {
    ...(text === '' ? {} : { find: text }),
    ...(ended === true || ended === 'true' ? { ended: true } : {}),
    ...(typeof limits === 'string' && limits !== '' ? { limits } : {}),
  };
}
