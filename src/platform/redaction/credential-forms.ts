/** The form of one issuer's credentials. Both expressions are bounded, and neither repeats a group without bound. */
export type CredentialForm = {
  readonly issuer: string;
  /**
   * The credential within a text, where it may be cut off or wrong by a character. A false positive costs readability, a
   * false negative a credential: eight characters after a prefix that is no word are enough.
   */
  readonly inText: string;
  /** The whole credential and nothing else. An identifier that happens to begin like a credential must not match. */
  readonly whole: string;
  readonly example: string;
};

const BODY = String.raw`[\w-]{8,256}`;
const ALPHANUMERIC = '[A-Za-z0-9]{20,64}';

// Filler rather than literals: scanners of repositories would take literal examples for leaked credentials.
const fill = (length: number) => 'a1B2c3D4'.repeat(64).slice(0, length);
const hex = (length: number) => 'a1b2c3d4'.repeat(64).slice(0, length);

const sk = `sk-${BODY}`;
const xox = `xox[a-z]-${BODY}`;
const hook = String.raw`hooks\.slack\.com/(?:services|workflows|triggers)/[\w+/-]{20,256}`;

/**
 * The credentials that are known by how they begin. A form that is too short for `whole` to be certain (random subjects of
 * identity providers have 43 characters of base64url) names its exact length instead.
 */
export const credentialForms: readonly CredentialForm[] = [
  form('OpenAI, a client secret', `ek_${BODY}`, 'ek_[0-9a-f]{32,64}', `ek_${hex(32)}`),
  form('OpenAI, a key', sk, 'sk-(?:[A-Za-z0-9]{32}|[A-Za-z0-9]{48,64})', `sk-${fill(48)}`),
  form(
    'OpenAI, a key of a project',
    sk,
    String.raw`sk-(?:proj|svcacct|admin)-[\w-]{40,256}`,
    `sk-proj-${fill(156)}`,
  ),
  form('Anthropic', sk, String.raw`sk-ant-[\w-]{40,256}`, `sk-ant-api03-${fill(95)}`),
  form('OpenRouter', sk, 'sk-or-v1-[0-9a-f]{64}', `sk-or-v1-${hex(64)}`),
  form(
    'Stripe',
    `[rs]k_(?:live|test)_${BODY}`,
    '[rs]k_(?:live|test)_[A-Za-z0-9]{24,256}',
    `sk_live_${fill(24)}`,
  ),
  form(
    'Stripe, a webhook',
    String.raw`whsec_[\w+/=-]{8,256}`,
    'whsec_[A-Za-z0-9+/]{32,256}={0,2}',
    `whsec_${fill(32)}`,
  ),
  form('ElevenLabs', 'sk_[0-9a-f]{32,64}', 'sk_[0-9a-f]{48}', `sk_${hex(48)}`),
  // Before the keys, whose form is shorter.
  form(
    'xAI, a client secret',
    String.raw`xai-realtime-client-secret-[\w+/=-]{8,256}`,
    String.raw`xai-realtime-client-secret-[\w+/=-]{16,256}`,
    `xai-realtime-client-secret-${fill(80)}`,
  ),
  form('xAI', `xai-${BODY}`, 'xai-[A-Za-z0-9]{80}', `xai-${fill(80)}`),
  form('Groq', `gsk_${ALPHANUMERIC}`, 'gsk_[A-Za-z0-9]{52}', `gsk_${fill(52)}`),
  form('Hugging Face', `(?:hf_|api_org_)${ALPHANUMERIC}`, '(?:hf|api_org)_[A-Za-z0-9]{34}', `hf_${fill(34)}`),
  form('Replicate', `r8_${ALPHANUMERIC}`, 'r8_[A-Za-z0-9]{37}', `r8_${fill(37)}`),
  form('Perplexity', `pplx-${ALPHANUMERIC}`, 'pplx-[A-Za-z0-9]{48}', `pplx-${fill(48)}`),
  form('NVIDIA', String.raw`nvapi-[\w-]{20,256}`, String.raw`nvapi-[\w-]{60,70}`, `nvapi-${fill(64)}`),
  form('Google, an API key', `AIza${BODY}`, String.raw`AIza[\w-]{35}`, `AIza${fill(35)}`),
  form(
    'Google, an access token',
    String.raw`ya29\.[\w-]{8,2048}`,
    String.raw`ya29\.[\w-]{30,2048}`,
    `ya29.${fill(160)}`,
  ),
  form(
    'Google, a client secret',
    String.raw`GOCSPX-[\w-]{16,64}`,
    String.raw`GOCSPX-[\w-]{28}`,
    `GOCSPX-${fill(28)}`,
  ),
  form(
    'Google, a refresh token',
    String.raw`1//[\w-]{30,256}`,
    String.raw`1//[\w-]{40,256}`,
    `1//0${fill(60)}`,
  ),
  form(
    'SendGrid',
    String.raw`SG\.[\w-]{16,32}\.[\w-]{16,64}`,
    String.raw`SG\.[\w-]{22}\.[\w-]{43}`,
    `SG.${fill(22)}.${fill(43)}`,
  ),
  form('npm', `npm_${ALPHANUMERIC}`, 'npm_[A-Za-z0-9]{36}', `npm_${fill(36)}`),
  form('PyPI', String.raw`pypi-[\w-]{40,512}`, String.raw`pypi-AgE[\w-]{50,512}`, `pypi-AgE${fill(150)}`),
  form('DigitalOcean', 'do[opr]_v1_[0-9a-f]{20,64}', 'do[opr]_v1_[0-9a-f]{64}', `dop_v1_${hex(64)}`),
  form(
    'Shopify',
    'shp(?:at|ca|pa|ss)_[0-9a-fA-F]{20,64}',
    'shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}',
    `shpat_${hex(32)}`,
  ),
  form(
    'Linear',
    `lin_(?:api|oauth)_${ALPHANUMERIC}`,
    'lin_(?:api|oauth)_[A-Za-z0-9]{40,64}',
    `lin_api_${fill(40)}`,
  ),
  form('Twilio', 'SK[0-9a-f]{32}', 'SK[0-9a-f]{32}', `SK${hex(32)}`),
  form('Slack', xox, String.raw`xox[a-z]-\d{1,16}-[A-Za-z0-9-]{20,256}`, `xoxb-123456789012-${fill(24)}`),
  form('Slack, an app', `xapp-${BODY}`, 'xapp-[0-9]-[A-Za-z0-9-]{40,256}', `xapp-1-A0123-${fill(64)}`),
  form('Slack, a hook', hook, `(?:https://)?${hook}`, `hooks.slack.com/services/T0123/B0123/${fill(24)}`),
  form('GitHub', `gh[pousr]_${BODY}`, 'gh[pousr]_[A-Za-z0-9]{36}', `ghp_${fill(36)}`),
  form('GitHub, fine-grained', `github_pat_${BODY}`, String.raw`github_pat_\w{82}`, `github_pat_${fill(82)}`),
  form('GitLab', `glpat-${BODY}`, String.raw`glpat-[\w-]{20,256}`, `glpat-${fill(20)}`),
  form('Gatehouse, a client secret', `ek_${BODY}`, String.raw`ek_gh_[\w-]{43}`, `ek_gh_${fill(43)}`),
  form('Gatehouse', `gh_${BODY}`, 'gh_[A-Za-z0-9]{71}', `gh_${fill(71)}`),
  form(
    'AWS',
    String.raw`A[KS]IA[A-Z0-9]{8}[\w-]{0,64}`,
    'A[KS]IA[A-Z0-9]{16}',
    `AKIA${fill(16).toUpperCase()}`,
  ),
  // The first part alone as well, because a token may be cut off there.
  form(
    'any issuer of JWTs',
    String.raw`eyJ[\w-]{8,2048}(?:\.{1,2}[\w-]{1,4096}){0,4}`,
    String.raw`eyJ[\w-]{8,2048}(?:\.[\w-]{0,4096}){2,4}`,
    `eyJ${fill(17)}.eyJ${fill(40)}.${fill(43)}`,
  ),
];

function form(issuer: string, inText: string, whole: string, example: string): CredentialForm {
  return { issuer, inText, whole, example };
}

const WHOLE = new RegExp(`^(?:${credentialForms.map(({ whole }) => whole).join('|')})$`);

/** Whether `value` is a credential of a known form, whole and with nothing around it. */
export function isCredential(value: string): boolean {
  return WHOLE.test(value);
}
