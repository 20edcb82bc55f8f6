import { describe, expect, test } from 'vitest';
import { credentialForms, isCredential } from '../../src/platform/redaction/credential-forms.ts';
import { looksLikeCredential, redactText } from '../../src/platform/redaction/redact-text.ts';

describe.each(credentialForms)('$issuer', ({ inText, whole, example }) => {
  test('its example is a credential, and is replaced in a text', () => {
    expect(isCredential(example)).toBe(true);
    expect(looksLikeCredential(example)).toBe(true);
    expect(redactText(example)).toBe('[redacted]');
    expect(redactText(`the key "${example}", 鍵は${example}です`)).toBe(
      'the key "[redacted]", 鍵は[redacted]です',
    );
  });

  test('is no credential as a whole with a text around it', () => {
    expect(isCredential(`${example} `)).toBe(false);
    expect(isCredential(`a ${example}`)).toBe(false);
  });

  test('is bounded', () => {
    expect(`${inText}${whole}`).not.toMatch(/(?<!\\)[*+](?![^[]*\])|\{\d+,\}/);
  });
});
