import { type Json, parseJson } from '../platform/validation/json.ts';
import { depthWithin } from '../platform/validation/text.ts';

// Deeper than any session. Within this limit, code that walks the answer may recurse.
const MAX_DEPTH = 64;
// JSON is UTF-8, but some servers of the Windows world send UTF-16. Neither reads as JSON in place of the other.
const ENCODINGS = ['utf-8', 'utf-16le', 'utf-16be'];

/** The JSON of a body, with or without a byte order mark; undefined when it is not JSON, or nested too deeply. */
export function parseBody(body: Buffer, contentType: string | string[] | undefined): Json | undefined {
  const declared = /;\s*charset\s*=\s*"?([\w.:-]{1,40})/i.exec(String(contentType ?? ''))?.[1];
  for (const encoding of declared === undefined ? ENCODINGS : [declared, ...ENCODINGS]) {
    const json = parseJson(decodeText(body, encoding) ?? '');
    if (json !== undefined) return depthWithin(json, MAX_DEPTH) ? json : undefined;
  }
  return undefined;
}

// Making one takes longer than decoding an answer.
const utf8 = new TextDecoder();

/** Null when nobody knows the encoding. What is not of the encoding becomes replacement characters. */
function decodeText(body: Buffer, encoding: string): string | null {
  if (encoding.toLowerCase() === 'utf-8') return utf8.decode(body);
  try {
    return new TextDecoder(encoding).decode(body);
  } catch {
    return null;
  }
}
