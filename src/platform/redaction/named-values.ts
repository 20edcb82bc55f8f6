import { PLAIN_WORDS, VISIBLE } from './plain-words.ts';
import { REDACTED } from './redacted.ts';
import { isSensitiveKey } from './sensitive-key.ts';

/** The end of a name that may be sensitive, what separates it from its value, and the scheme of an Authorization header. */
const NAME =
  /(?:authorization|passwd|password|passphrase|pwd|secret|credential|cookie|signature|token|key|auth|bearer|jwt)s?(?<separator>\\{0,3}["']?[ \t]{0,8}[:=：＝][ \t]{0,8})(?<quote>\\{0,3}["'])?(?<scheme>(?:basic|bearer|token|apikey)\s{1,8})?/gi;

/** What a shell or a template puts in later: $(cat key), ${KEY}, $KEY, {{key}}. */
const PLACEHOLDER = String.raw`\$[({]|\$[A-Z_]{3}|\{\{`;

const QUOTED = new RegExp(String.raw`(?!${PLACEHOLDER})[^\s"'\\]{1,512}`, 'y');
/** Up to the next parameter: access_token=…&user=me */
const ASSIGNED = new RegExp(String.raw`(?!${PLACEHOLDER})(?:(?!&[\w.-]{1,64}=)${VISIBLE}){1,512}`, 'y');
/** After a colon also prose may follow: "Password: it must be long." */
const AFTER_COLON = new RegExp(`(?!${PLAIN_WORDS}|${PLACEHOLDER})${VISIBLE}{3,512}`, 'y');

const SEPARATOR = /[:=：＝]/;
const LONGEST_NAME = 64;

/** Replaces the values of sensitive names: `password=…`, `"api_key": "…"`, `X-Api-Key: …`. */
export function redactNamedValues(text: string): string {
  if (!SEPARATOR.test(text)) return text;
  let result = '';
  let done = 0;
  for (const match of text.matchAll(NAME)) {
    const { separator = '', quote, scheme } = match.groups ?? {};
    const start = match.index + match[0].length;
    const nameEnd = match.index + match[0].indexOf(separator);
    if (match.index < done || !isSensitiveKey(nameBefore(text, nameEnd))) continue;
    if (text.startsWith(REDACTED, start)) continue;
    const value = valueAt(text, start, separator, quote !== undefined, scheme !== undefined);
    if (value === null) continue;
    result += text.slice(done, start) + REDACTED;
    done = start + value.length;
  }
  return result + text.slice(done);
}

function valueAt(text: string, start: number, separator: string, quoted: boolean, scheme: boolean) {
  const form = quoted ? QUOTED : scheme || /[=＝]/.test(separator) ? ASSIGNED : AFTER_COLON;
  form.lastIndex = start;
  return form.exec(text)?.[0] ?? null;
}

/** The whole name that ends at `end`, as far as it can matter. */
function nameBefore(text: string, end: number): string {
  let start = end;
  while (start > 0 && end - start < LONGEST_NAME && /[\w-]/.test(text.charAt(start - 1))) start -= 1;
  return text.slice(start, end);
}
