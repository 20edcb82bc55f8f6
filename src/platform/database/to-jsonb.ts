/**
 * JSON that PostgreSQL's jsonb accepts: it has no NUL character and no lone surrogate. Callers' input was
 * checked for them; what upstream answers is not ours to refuse, so they become replacement characters.
 */
export function toJsonb(value: unknown): string {
  const json = JSON.stringify(value);
  // JSON.stringify writes both as escapes. An escaped backslash is matched too, so that what follows it is text.
  return json.includes('\\u') ? json.replace(/\\(?:\\|u0000|ud[89a-f][0-9a-f]{2})/g, unlessBackslash) : json;
}

function unlessBackslash(escaped: string): string {
  return escaped === '\\\\' ? escaped : '\ufffd';
}
