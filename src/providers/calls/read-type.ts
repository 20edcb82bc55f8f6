// The texts of a JSON object's first members. A text with an escape is not matched: it has to be parsed.
const SPACE = '[ \\t\\r\\n]*';
const TEXT = '"([^"\\\\]*)"';
const MEMBER = new RegExp(`${SPACE}${TEXT}${SPACE}:${SPACE}${TEXT}${SPACE}[,}]`, 'y');
const START = new RegExp(`^${SPACE}\\{`);

/**
 * The type of an event, read from its first bytes, without parsing it: the `type` of the object itself, and of nothing in
 * it. Null when it does not stand among the texts that the object begins with: then parse it.
 */
export function readType(head: Buffer): string | null {
  const text = head.toString('latin1');
  const start = START.exec(text);
  if (start === null) return null;
  MEMBER.lastIndex = start[0].length;
  for (let member = MEMBER.exec(text); member !== null; member = MEMBER.exec(text)) {
    if (member[1] === 'type') return member[2] ?? null;
  }
  return null;
}
