import { randomUUID } from 'node:crypto';
import type { Secret } from './secret.ts';

/** Replaces a credential. */
export const REDACTED = '[redacted]';

// Eight characters after a prefix are enough: a false positive costs readability, a false negative a
// credential. Bodies are plain character classes and repetition of groups is bounded, so that no
// text takes more than linear time or overflows the matcher's stack.
const PREFIX = String.raw`ek_|sk-|[rs]k_(?:live|test)_|xai-|gh[pousr]?_|github_pat_|glpat-|whsec_|xox[a-z]-|xapp-|AIza|ya29\.`;
const AWS_KEY_ID = String.raw`A[KS]IA[A-Z0-9]{8}[\w-]*`;
/** Matches the first part of a JWT alone as well, because a JWT may be cut off there. */
const JWT = String.raw`eyJ[\w-]{8}[\w-]*(?:\.{1,2}[\w-]+){0,8}`;
const TOKEN = String.raw`(?:(?:${PREFIX})[\w-]{8}[\w-]*|${AWS_KEY_ID}|${JWT})`;

/** "ek_" and eight characters. Most keys and many values are shorter and need no search. */
const SHORTEST_TOKEN = 11;

/** The scheme word stays. "Basic" also begins phrases ("basic questions"): a plain word after it is no credential. */
const BASIC = String.raw`[Bb][Aa][Ss][Ii][Cc](?!\s+[A-Za-z][a-z]*(?![\w+/=~-]))`;
const SCHEME = String.raw`((?:[Bb][Ee][Aa][Rr][Ee][Rr]|${BASIC})(?:\s|%20|\\[nrt]){1,64})[^\s"'<>\\,;]{8}[^\s"'<>\\,;]*`;

// A credential starts where a word does. An escape ends a word too: in the JSON text "\nsk-…" the
// letter before "sk-" belongs to the newline, elsewhere to "%3D" or to a terminal's colour code.
const AFTER_WORD = '(?<![A-Za-z0-9])';
const AFTER_ESCAPE = String.raw`(?<=\\[bfnrt]|\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}|%[0-9A-Fa-f]{2}|(?:\u001b|\\u001b|\\x1B)\[[\d;]{0,16}m)`;
// biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes begin with this one
const ESCAPE = /[\\%\u001b]/;
// Two expressions rather than one alternation: V8 is faster on a text that matches neither.
const PLAIN = { scheme: new RegExp(AFTER_WORD + SCHEME, 'g'), token: new RegExp(AFTER_WORD + TOKEN, 'g') };
const ESCAPED = {
  scheme: new RegExp(AFTER_ESCAPE + SCHEME, 'g'),
  token: new RegExp(AFTER_ESCAPE + TOKEN, 'g'),
};

/** User and password of a URL: up to the last @ before the path, or a password that was not percent-encoded. */
const USERINFO = /(:\/\/)(?:[^\s/?#"]+|[^\s/?#@:"]*:(?!\d{1,5}[/?#])(?:(?!:\/\/)[^\s"]){0,128})(?=@)/g;
const QUERY = /(?<=:\/\/[^\s?#"<>\\]*[?#])[^\s"<>\\]+/g;

/** A whole path segment, not the host, of at least twenty characters with letters and digits. */
const RANDOM_SEGMENT =
  /(?<=\/)(?<!^(?:[a-z][a-z0-9+.-]*:)?\/\/)(?=[^/?#]*[0-9])(?=[^/?#]*[a-z])[^/?#[\]]{20,}(?=[/?#]|$)/gi;

// The body's characters are those of PEM and of its JSON escapes, so that a block whose end was cut
// off takes little else with it.
const PRIVATE_KEY =
  /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----[\w+/=\s,:.()[\]\\]*(?:-(?!----)[\w+/=\s,:.()[\]\\]*){0,99}(?:-----END [A-Z0-9 ]{0,60}-----)?/g;

/** Replacing can uncover what the pass before could not see (a URL whose password held a "?"). */
const MAX_ROUNDS = 5;

/**
 * `text` with everything that looks like a credential, and every one of `secrets`, replaced by "[redacted]".
 * Takes linear time, and redacting twice changes nothing more.
 */
export function redactText(text: string, secrets: readonly Secret[] = []): string {
  return untilStable(text, (before) => redactOnce(before, secrets));
}

/** Whether redactText would replace something. */
export function looksLikeCredential(text: string): boolean {
  return redactOnce(text, []) !== text;
}

/**
 * Like redactText, for a string that is a URL: works without a scheme, and replaces path segments that look random,
 * because some MCP servers are protected by nothing but their path.
 */
export function redactUrl(url: string, secrets: readonly Secret[] = []): string {
  return untilStable(url, (before) => {
    const bare = before
      .replace(/([?#]).+/s, `$1${REDACTED}`)
      .replace(/^((?:[a-z][a-z0-9+.-]*:)?\/{0,2})[^/?#]+(?=@)/i, `$1${REDACTED}`)
      .replace(RANDOM_SEGMENT, REDACTED);
    return redactText(bare, secrets);
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

function redactOnce(text: string, secrets: readonly Secret[]): string {
  let redacted = secrets.length === 0 ? text : removeSecrets(text, secrets);
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

/** Removes all occurrences of all secrets together: removed one after the other, "key-1" would leave the 2 of "key-12". */
function removeSecrets(text: string, secrets: readonly Secret[]): string {
  const spans = secrets.flatMap((secret) => occurrences(secret, text)).sort((a, b) => a.start - b.start);
  if (spans.length === 0) return text;
  let result = '';
  let end = 0;
  for (const span of spans) {
    if (span.start >= end) result += text.slice(end, span.start) + REDACTED;
    end = Math.max(end, span.end);
  }
  return result + text.slice(end);
}

/** Occurs in no text, so that it can only stand where a secret was removed. */
const MARK = randomUUID();

/** Where the secret occurs, found without revealing it: between the pieces that are left when it is removed. */
function occurrences(secret: Secret, text: string): { start: number; end: number }[] {
  // Replacing a "secret" that is a part of the replacement would make the text longer each time.
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
