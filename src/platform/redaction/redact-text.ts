import { randomUUID } from 'node:crypto';
import type { Secret } from './secret.ts';

/** What stands where a credential stood. */
export const REDACTED = '[redacted]';

// Eight characters after a prefix are enough: a false positive costs readability, a false negative a
// credential. Bodies are plain character classes and repetition of groups is bounded, so that no
// text takes more than linear time or overflows the matcher's stack.
const PREFIX = String.raw`ek_|sk-|[rs]k_(?:live|test)_|xai-|gh[pousr]?_|github_pat_|glpat-|whsec_|xox[a-z]-|xapp-|AIza|ya29\.`;
const AWS_KEY_ID = String.raw`A[KS]IA[A-Z0-9]{8}[\w-]*`;
/** The first part of a JWT alone as well: it is where a cut one ends. */
const JWT = String.raw`eyJ[\w-]{8}[\w-]*(?:\.{1,2}[\w-]+){0,8}`;
const TOKEN = String.raw`(?:(?:${PREFIX})[\w-]{8}[\w-]*|${AWS_KEY_ID}|${JWT})`;

/** "ek_" and eight characters: most keys and many values are shorter and need no search. */
const SHORTEST_TOKEN = 11;

/** The scheme word stays. "Basic" also begins phrases ("basic questions"): a plain word after it is none. */
const BASIC = String.raw`[Bb][Aa][Ss][Ii][Cc](?!\s+[A-Za-z][a-z]*(?![\w+/=~-]))`;
const SCHEME = String.raw`((?:[Bb][Ee][Aa][Rr][Ee][Rr]|${BASIC})(?:\s|%20|\\[nrt]){1,64})[^\s"'<>\\,;]{8}[^\s"'<>\\,;]*`;

// A credential starts where a word does. An escape ends a word too: in the JSON text "\nsk-…" the
// letter before "sk-" belongs to the newline, elsewhere to "%3D" or to a terminal's colour code.
const AFTER_WORD = '(?<![A-Za-z0-9])';
const AFTER_ESCAPE = String.raw`(?<=\\[bfnrt]|\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}|%[0-9A-Fa-f]{2}|(?:\u001b|\\u001b|\\x1B)\[[\d;]{0,16}m)`;
// biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes begin with this one
const ESCAPE = /[\\%\u001b]/;
// Apart rather than one alternation: V8 skips faster through a text that matches neither.
const PLAIN = { scheme: new RegExp(AFTER_WORD + SCHEME, 'g'), token: new RegExp(AFTER_WORD + TOKEN, 'g') };
const ESCAPED = {
  scheme: new RegExp(AFTER_ESCAPE + SCHEME, 'g'),
  token: new RegExp(AFTER_ESCAPE + TOKEN, 'g'),
};

/** Up to the last @ before the path; or a password that should have been percent-encoded and was not. */
const USERINFO = /(:\/\/)(?:[^\s/?#"]+|[^\s/?#@:"]*:(?!\d{1,5}[/?#])(?:(?!:\/\/)[^\s"]){0,128})(?=@)/g;
const QUERY = /(?<=:\/\/[^\s?#"<>\\]*[?#])[^\s"<>\\]+/g;

/** A whole path segment, not the host, of twenty characters or more, letters and digits among them. */
const RANDOM_SEGMENT =
  /(?<=\/)(?<!^(?:[a-z][a-z0-9+.-]*:)?\/\/)(?=[^/?#]*[0-9])(?=[^/?#]*[a-z])[^/?#[\]]{20,}(?=[/?#]|$)/gi;

// The body's characters are those of PEM and of its JSON escapes, so that a block whose end was cut
// off takes little else with it.
const PRIVATE_KEY =
  /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----[\w+/=\s,:.()[\]\\]*(?:-(?!----)[\w+/=\s,:.()[\]\\]*){0,99}(?:-----END [A-Z0-9 ]{0,60}-----)?/g;

/** Replacing can bring forth what one pass could not see (a URL whose password held a "?"). */
const MAX_ROUNDS = 5;

/**
 * `text` with everything that looks like a credential, and every value of `known`, replaced by
 * "[redacted]". Takes linear time, and redacting twice changes nothing more.
 */
export function redactText(text: string, known: readonly Secret[] = []): string {
  return untilStable(text, (before) => redactOnce(before, known));
}

/** Whether redactText would replace something. */
export function looksLikeCredential(text: string): boolean {
  return redactOnce(text, []) !== text;
}

/**
 * A string known to be a URL: as redactText, without needing the scheme, and without the path
 * segments that look random, because some MCP servers are protected by nothing but their path.
 */
export function redactUrl(url: string, known: readonly Secret[] = []): string {
  return untilStable(url, (before) => {
    const bare = before
      .replace(/([?#]).+/s, `$1${REDACTED}`)
      .replace(/^((?:[a-z][a-z0-9+.-]*:)?\/{0,2})[^/?#]+(?=@)/i, `$1${REDACTED}`)
      .replace(RANDOM_SEGMENT, REDACTED);
    return redactText(bare, known);
  });
}

function untilStable(text: string, redact: (before: string) => string): string {
  let redacted = text;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const before = redacted;
    redacted = redact(before);
    if (redacted === before) break;
  }
  return redacted;
}

function redactOnce(text: string, known: readonly Secret[]): string {
  let redacted = known.length === 0 ? text : removeKnown(text, known);
  // Private keys go first: the token before one could swallow its dashes.
  if (redacted.includes('-----BEGIN')) redacted = redacted.replace(PRIVATE_KEY, REDACTED);
  if (redacted.includes('://'))
    redacted = redacted.replace(USERINFO, `$1${REDACTED}`).replace(QUERY, REDACTED);
  if (redacted.length < SHORTEST_TOKEN) return redacted;
  redacted = redactTokens(redacted, PLAIN);
  return ESCAPE.test(redacted) ? redactTokens(redacted, ESCAPED) : redacted;
}

function redactTokens(text: string, { scheme, token }: typeof PLAIN): string {
  return text.replace(scheme, `$1${REDACTED}`).replace(token, REDACTED);
}

/** Removes the union of all occurrences: one after the other, "key-1" would leave the 2 of "key-12". */
function removeKnown(text: string, known: readonly Secret[]): string {
  const spans = known.flatMap((secret) => occurrences(secret, text)).sort((a, b) => a.start - b.start);
  if (spans.length === 0) return text;
  let kept = '';
  let end = 0;
  for (const span of spans) {
    if (span.start >= end) kept += text.slice(end, span.start) + REDACTED;
    end = Math.max(end, span.end);
  }
  return kept + text.slice(end);
}

/** Cannot occur in any text, so that what was removed can be told from what was there. */
const MARK = randomUUID();

/** Where the secret stands, found without revealing it: between the pieces that removing it leaves. */
function occurrences(secret: Secret, text: string): { start: number; end: number }[] {
  // A "secret" that is a part of the mask would grow the text each time.
  if (!secret.occursIn(text) || secret.occursIn(REDACTED)) return [];
  const pieces = secret.removeFrom(text, MARK).split(MARK);
  const left = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const length = (text.length - left) / Math.max(1, pieces.length - 1);
  let position = 0;
  return pieces.slice(0, -1).map((piece) => {
    const start = position + piece.length;
    position = start + length;
    return { start, end: position };
  });
}
