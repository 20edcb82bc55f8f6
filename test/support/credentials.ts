import fc from 'fast-check';

const alphanumerics = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

function body(length: number): fc.Arbitrary<string> {
  return fc.string({ unit: fc.constantFrom(...alphanumerics), minLength: length, maxLength: length + 20 });
}

/** A credential and the part of it that must never be seen again. */
export type Canary = { readonly text: string; readonly secret: string };

const prefixes = [
  'ek_',
  'sk-',
  'sk-proj-',
  'xai-',
  'ghp_',
  'gh_',
  'github_pat_',
  'AIza',
  'whsec_',
  'xoxb-',
  'Bearer ',
];

/** A credential of a random kind with a random value. */
export const canary: fc.Arbitrary<Canary> = fc
  .tuple(fc.constantFrom(...prefixes), body(16))
  .map(([prefix, secret]) => ({ text: prefix + secret, secret }));

/** The same as a text in which it stands anywhere: at the start of a word, whatever is around it. */
export const textWithCanary: fc.Arbitrary<Canary> = fc
  .tuple(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('', ' ', '"', '\n', '=', '_', '-', '/', '\\n', '%3D'),
    canary,
    fc.string(),
  )
  .filter(([before, separator]) => separator !== '' || !/[A-Za-z0-9]$/.test(before))
  .map(([before, separator, { text, secret }, after]) => ({
    text: before + separator + text + after,
    secret,
  }));
