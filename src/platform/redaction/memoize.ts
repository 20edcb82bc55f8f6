// The names in a provider's answers are few and always the same. A client that sends thousands of others can make us
// keep this much.
const MAX_ENTRIES = 2000;
const MAX_LENGTH = 64;

/** Memoizes a pure function of a short string; at most 2,000 entries. Longer strings are computed each time. */
export function memoize<T>(compute: (text: string) => T): (text: string) => T {
  const results = new Map<string, T>();
  return (text) => {
    if (text.length > MAX_LENGTH) return compute(text);
    const remembered = results.get(text);
    if (remembered !== undefined) return remembered;
    const result = compute(text);
    if (results.size < MAX_ENTRIES) results.set(text, result);
    return result;
  };
}
