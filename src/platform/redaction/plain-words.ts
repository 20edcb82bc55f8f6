/** A character that may stand in a credential which is not quoted. */
export const VISIBLE = String.raw`[!#-&(-+\--:=?-[\]-_a-~]`;

/**
 * Words of a sentence, where a credential could stand as well: "Bearer authentication", "token: single-use". After them
 * comes punctuation, and then nothing, a space or another script.
 */
export const PLAIN_WORDS = String.raw`(?:[A-Za-z][a-z]{0,30}|[A-Z]{1,30})(?:[-/][A-Za-z][a-z]{0,30}){0,3}[.,:;!?)\]}]{0,4}(?:[^!-~]|["'<>\\,;]|$)`;
