import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { secretRemover } from '../../src/platform/redaction/known-secrets.ts';
import { looksLikeCredential, redactText, redactUrl } from '../../src/platform/redaction/redact-text.ts';
import { Secret } from '../../src/platform/redaction/secret.ts';
import { canary, textWithCanary } from '../support/credentials.ts';
import { fragments } from '../support/worst-texts.ts';

const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P';
const privateKey =
  '-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,3F17\n\nMIIEowIBAAKCAQEAvRzmSdI7XVtYBYzmEPa7Kl1GqZHXgXqPNfUT7RGTyd8KdQxQ\nMIIEow==\n-----END RSA PRIVATE KEY-----';

describe('redactText', () => {
  test.each([
    'ek_68af296e8e408191a1120ab6383263c2',
    'sk-abcdefgh',
    'sk-proj-Ab_c-1234567890',
    'sk_live_4eC39HqLyjWDarjtT1zdp7dc',
    'xai-1234567890abcdef',
    'ghp_16C7e42F292c6912E7710c838347Ae178B4a',
    'gho_16C7e42F292c',
    'ghu_16C7e42F292c',
    'ghs_16C7e42F292c',
    'ghr_16C7e42F292c',
    'github_pat_11ABCDEFG0_abcdefghijkl',
    'gh_0192f3c4secret',
    'glpat-abcdefgh1234',
    'AKIAIOSFODNN7EXAMPLE',
    'ASIAIOSFODNN7EXAMPLE',
    'AIzaSyA1234567890abcdef',
    'ya29.a0AfH6SMBx-yz_123',
    'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    'xoxb-123456789012-abcdef',
    'xoxa-2-abcdefgh',
    'xoxp-12345678',
    'xoxr-12345678',
    'xoxs-12345678',
    'xapp-1-A111-222-abc',
    jwt,
    jwt.slice(0, 20),
    privateKey,
    privateKey.replace('RSA ', '').replace(/RSA /, ''),
    privateKey.replace(/\n-.*$/, ''),
  ])('replaces %j, and only it', (credential) => {
    expect(redactText(credential)).toBe('[redacted]');
    expect(redactText(`the key "${credential}" was`)).toBe('the key "[redacted]" was');
    expect(redactText(`a=${credential}`)).toBe('a=[redacted]');
    expect(redactText(`_${credential}`)).toBe('_[redacted]');
    expect(looksLikeCredential(`(${credential})`)).toBe(true);
  });

  test.each([
    ['Bearer abcdefghijklmn0p', 'Bearer [redacted]'],
    ['Authorization: bearer abc.def-ghi~jkl', 'Authorization: bearer [redacted]'],
    ['BEARER  a|b&c$d!e', 'BEARER  [redacted]'],
    ['Bearer%20abcdefg1 rest', 'Bearer%20[redacted] rest'],
    ['Basic dXNlcjpwYXNzd29yZA== rest', 'Basic [redacted] rest'],
    ['basic  dXNlcjpwYXNz', 'basic  [redacted]'],
    [`Bearer ${jwt}, Basic dXNlcjpwYXNz`, 'Bearer [redacted], Basic [redacted]'],
  ])('keeps the scheme of %j', (text, expected) => {
    expect(redactText(text)).toBe(expected);
  });

  test.each([
    ['https://user:pass@host/path?key=1#part', 'https://[redacted]@host/path?[redacted]'],
    ['https://token@host', 'https://[redacted]@host'],
    ['postgres://me:p@ss@db:5432/ledger', 'postgres://[redacted]@db:5432/ledger'],
    ['postgres://me:p/s?w@db/ledger?sslpassword=x', 'postgres://[redacted]@db/ledger?[redacted]'],
    ['redis://:hunter2@cache', 'redis://[redacted]@cache'],
    ['wss://host/a#fragment', 'wss://host/a#[redacted]'],
    [
      'see <https://host/a?b=c> and "https://host?d"',
      'see <https://host/a?[redacted]> and "https://host?[redacted]"',
    ],
    ['https://host/sk-abcdefgh/x', 'https://host/[redacted]/x'],
  ])('takes userinfo and query from %j', (text, expected) => {
    expect(redactText(text)).toBe(expected);
  });

  test.each([
    'task-based and risk-free, desk-mounted kiosk-mode week_1234567890',
    'sk-short, ek_1234567, Bearer token, xai-',
    'Answer basic questions. Basic information, basic understanding: Basic!',
    'https://host:8080/path/@scope/page and mail to someone@example.com? Yes',
    'Do you know https://example.com/?',
    'ASIAPACIFIC Asia-Pacific akiaiosfodnn7example',
    '-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----',
    '0192f3c4-aaaa-7bbb-8ccc-1234567890ab gpt-realtime-2025-08-28',
    'nul \0, lone surrogates \ud800 and \udc00',
    '[redacted] Bearer [redacted] https://[redacted]@host?[redacted]',
    '',
  ])('leaves %j as it is', (text) => {
    expect(redactText(text)).toBe(text);
    expect(looksLikeCredential(text)).toBe(false);
  });

  test('sees a credential behind an escape', () => {
    expect(redactText(JSON.stringify('line\nsk-abcdefgh\tBearer abcdefg1'))).toBe(
      '"line\\n[redacted]\\tBearer [redacted]"',
    );
    expect(redactText(JSON.stringify('\u001b[36msk-abcdefgh'))).toBe('"\\u001b[36m[redacted]"');
    expect(redactText(JSON.stringify('\0sk-abcdefgh'))).toBe('"\\u0000[redacted]"');
    expect(redactText('\u001b[36msk-abcdefgh\u001b[39m')).toBe('\u001b[36m[redacted]\u001b[39m');
    expect(redactText('to=a%3Dsk-abcdefgh')).toBe('to=a%3D[redacted]');
    expect(redactText(JSON.stringify({ key: privateKey, next: 1 }))).toBe('{"key":"[redacted]","next":1}');
  });

  test('a private key behind another credential goes as well', () => {
    expect(redactText(`sk-abcdefgh${privateKey}`)).toBe('[redacted][redacted]');
  });

  test('replaces known values, the whole of them where they overlap', () => {
    const known = removerOf('hunter2-hunter2', 'hunter2-', 'r2-hunter2 and more');
    expect(redactText('(hunter2-hunter2) (hunter2-x)', known)).toBe('([redacted]) ([redacted]x)');
    expect(redactText('hunter2-hunter2 and more.', known)).toBe('[redacted].');
    expect(redactText('hunter2-hunter2')).toBe('hunter2-hunter2');
  });

  test('a known value that is a part of the mask does not make the text grow', () => {
    const known = removerOf('redacted', '[redacted]', 'redacted]', '][redact');
    expect(redactText('[redacted] redacted', known)).toBe('[redacted] redacted');
    expect(redactText('[redacted][redacted]', known)).toBe('[redacted][redacted]');
  });

  test('no credential survives, wherever in a text it stands', () => {
    fc.assert(
      fc.property(textWithCanary, ({ text, secret }) => {
        expect(redactText(text)).not.toContain(secret);
        expect(looksLikeCredential(text)).toBe(true);
      }),
    );
  });

  test('no known value survives, whatever it looks like', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 12, unit: 'grapheme' }),
        fc.string(),
        fc.string(),
        (value, before, after) => {
          fc.pre(!'[redacted]'.includes(value));
          expect(redactText(before + value + after, removerOf(value))).not.toContain(value);
        },
      ),
    );
  });

  test('redacting twice changes nothing more', () => {
    fc.assert(
      fc.property(hostileText, hostileText, hostileText, (before, value, after) => {
        const known = removerOf(value, value.slice(5));
        const once = redactText(before + value + after, known);
        expect(redactText(once, known)).toBe(once);
        expect(looksLikeCredential(once)).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  test('text without credentials is unchanged', () => {
    const word = fc.string({
      unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz ABC012.,;:!?()[]{}"\'\n\0é😀'),
      maxLength: 200,
    });
    fc.assert(
      fc.property(word, (text) => {
        fc.pre(!/basic|bearer/i.test(text));
        expect(redactText(text)).toBe(text);
      }),
    );
  });

  test('a text of megabytes neither overflows the matcher nor slips through', () => {
    expect(redactText(`sk-${'a'.repeat(5e6)}`)).toMatch(/^\[redacted\]a/);
    expect(redactText(`Bearer ${'a1'.repeat(5e6)}`)).toMatch(/^Bearer \[redacted\]a/);
    expect(redactText(`-----BEGIN PRIVATE KEY-----${`${'a/'.repeat(32)}\n`.repeat(1e5)}`)).toMatch(
      /^\[redacted\]a/,
    );
    expect(redactText(`eyJhbGciOiJI${'.a'.repeat(5e6)}`)).toMatch(/^\[redacted\]\.a/);
  });
});

describe('redactUrl', () => {
  test.each([
    ['https://user:pass@mcp.example.com/sse?token=abc', 'https://[redacted]@mcp.example.com/sse?[redacted]'],
    ['user:hunter2@mcp.example.com/sse', 'user:[redacted]@mcp.example.com/sse'],
    ['//hunter2@mcp.example.com/sse', '//[redacted]@mcp.example.com/sse'],
    ['mcp.example.com/sse?token=a b', 'mcp.example.com/sse?[redacted]'],
    ['https://mcp.example.com/s/OGI2ZTQ1MmEtNDU2Zi00/mcp', 'https://mcp.example.com/s/[redacted]/mcp'],
    [
      'https://mcp.example.com/v1/a-page-with-a-long-name/sse',
      'https://mcp.example.com/v1/a-page-with-a-long-name/sse',
    ],
    ['https://mcp.example.com:8443/v1/@me', 'https://mcp.example.com:8443/v1/@me'],
  ])('%s → %s', (url, expected) => {
    expect(redactUrl(url)).toBe(expected);
  });

  test('redacting twice changes nothing more', () => {
    const known = removerOf('known-value-1');
    fc.assert(
      fc.property(fc.oneof(hostileText, fc.webUrl({ withQueryParameters: true })), (url) => {
        const once = redactUrl(url, known);
        expect(redactUrl(once, known)).toBe(once);
      }),
    );
  });
});

const removerOf = (...values: string[]) => secretRemover(values.map((value) => new Secret(value)));

const hostileText = fc
  .array(
    fc.oneof(
      fc.constantFrom(...fragments),
      canary.map(({ text }) => text),
      fc.string(),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));
