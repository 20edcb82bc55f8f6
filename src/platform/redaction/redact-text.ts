import { credentialForms } from './credential-forms.ts';
import { noSecrets, type RemoveSecrets } from './known-secrets.ts';
import { redactNamedValues } from './named-values.ts';
import { PLAIN_WORDS, VISIBLE } from './plain-words.ts';
import { redactPrivateKeys } from './private-key.ts';
import { REDACTED } from './redacted.ts';

// Bodies are character classes with a limit: no text takes more than linear time, and nobody can hide more of it from the
// record than a credential can be long.
const TOKEN = `(?:${[...new Set(credentialForms.map(({ inText }) => inText))].join('|')})`;

/** "ek_" and eight characters. Most keys and many values are shorter and need no search. */
const SHORTEST_TOKEN = 11;

// The word of the scheme stays. Both words also begin phrases: "basic questions", "Bearer authentication".
const GAP = String.raw`(?:\s|%20|\\[nrt]){1,64}`;
const SCHEME = String.raw`((?:[Bb][Ee][Aa][Rr][Ee][Rr]${GAP}|[Bb][Aa][Ss][Ii][Cc]${GAP}(?=[\w+/=]{8})))(?!${PLAIN_WORDS}|\[redacted\])${VISIBLE}{8,1024}`;

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

// What a URL has is visible ASCII: Japanese needs no space before it.

/** User and password of a URL: up to the last @ before the path, or a password that was not percent-encoded. */
const USERINFO =
  /(:\/\/)(?:[!$-.0->@-~]{1,1024}|[!$-.0-9;->A-~]{0,128}:(?!\d{1,5}[/?#])(?:(?!:\/\/)[!#-~]){0,128})(?=@)/g;
const QUERY = /(?<=:\/\/[^\s?#"<>\\]*[?#])(?!\[redacted\])[!#-;=?-[\]^_a-~]{1,2048}/g;

/** A whole path segment, not the host, of at least twenty characters with letters and digits. */
const RANDOM_SEGMENT =
  /(?<=\/)(?<!^(?:[a-z][a-z0-9+.-]*:)?\/\/)(?=[^/?#]*[0-9])(?=[^/?#]*[a-z])[^/?#[\]]{20,}(?=[/?#]|$)/gi;

/** Replacing can uncover what the pass before could not see (a URL whose password held a "?"). */
const MAX_ROUNDS = 3;

/**
 * `text` with everything that looks like a credential, and the secrets that `removeSecrets` knows, replaced by "[redacted]".
 * Takes linear time, and redacting twice changes nothing more.
 */
export function redactText(text: string, removeSecrets: RemoveSecrets = noSecrets): string {
  return untilStable(text, (before) => redactOnce(before, removeSecrets));
}

/** Whether redactText would replace something. */
export function looksLikeCredential(text: string): boolean {
  return redactOnce(text, noSecrets) !== text;
}

/**
 * Like redactText, for a string that is a URL: works without a scheme, and replaces path segments that look random,
 * because some MCP servers are protected by nothing but their path.
 */
export function redactUrl(url: string, removeSecrets: RemoveSecrets = noSecrets): string {
  return untilStable(url, (before) =>
    redactOnce(
      before
        .replace(/([?#]).+/s, `$1${REDACTED}`)
        .replace(/^((?:[a-z][a-z0-9+.-]*:)?\/{0,2})[^/?#]+(?=@)/i, `$1${REDACTED}`)
        .replace(RANDOM_SEGMENT, REDACTED),
      removeSecrets,
    ),
  );
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

function redactOnce(text: string, removeSecrets: RemoveSecrets): string {
  // Private keys go first: the token before one could swallow its dashes.
  let redacted = redactPrivateKeys(removeSecrets(text));
  if (redacted.includes('://'))
    redacted = redacted.replace(USERINFO, `$1${REDACTED}`).replace(QUERY, REDACTED);
  redacted = redactNamedValues(redacted);
  if (redacted.length < SHORTEST_TOKEN) return redacted;
  redacted = redactTokens(redacted, PLAIN);
  return ESCAPE.test(redacted) ? redactTokens(redacted, ESCAPED) : redacted;
}

function redactTokens(text: string, { scheme, token }: typeof PLAIN): string {
  return text.replace(scheme, `$1${REDACTED}`).replace(token, REDACTED);
}
