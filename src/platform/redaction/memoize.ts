// The names in a provider's answers are few and always the same; whoever sends thousands of others fills this much.
const LIMIT = 2000;
const LONGEST = 64;

/** `of`, remembering what it gave for short texts: for functions of nothing but the text. */
export function memoize<T>(of: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    if (text.length > LONGEST) return of(text);
    const remembered = known.get(text);
    if (remembered !== undefined) return remembered;
    const result = of(text);
    if (known.size < LIMIT) known.set(text, result);
    return result;
  };
}
