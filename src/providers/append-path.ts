/** `base` with `path` behind its own path, which may end with a slash. The query of `base` stays. */
export function appendPath(base: string, path: string): URL {
  const url = new URL(base);
  url.pathname = url.pathname.replace(/\/+$/, '') + path;
  return url;
}
