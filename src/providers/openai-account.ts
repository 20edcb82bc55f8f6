import type { z } from 'zod';
import { apiKey, headerValue, httpUrl } from '../platform/config/schemas.ts';
import { group, variable } from '../platform/config/variable.ts';
import { StartError } from '../platform/process/start-error.ts';
import type { Secret } from '../platform/redaction/secret.ts';
import type { CallWire } from './calls/call-wire.ts';
import {
  type ClosableProvider,
  type ConnectionConfig,
  type ConnectionOptions,
  providerOverHttp,
} from './provider-over-http.ts';
import type { WireDialect } from './wire-dialect.ts';
import { withoutUndefined } from './without-undefined.ts';

/** An account at OpenAI, or at whatever speaks like it. */
export const openaiAccount = group({
  apiKey: variable('OPENAI_API_KEY', apiKey.optional(), "The provider's API key."),
  previousApiKey: variable(
    'OPENAI_PREVIOUS_API_KEY',
    apiKey.optional(),
    'The API key before this one: calls that it opened are watched and ended with it.',
  ),
  baseUrl: variable(
    'OPENAI_BASE_URL',
    httpUrl.default('https://api.openai.com/v1'),
    "The provider's base URL.",
  ),
  organization: variable('OPENAI_ORGANIZATION', headerValue.optional(), 'Sent as OpenAI-Organization.'),
  project: variable('OPENAI_PROJECT', headerValue.optional(), 'Sent as OpenAI-Project.'),
});

export type OpenAiOptions = ConnectionOptions & {
  readonly apiKey: Secret;
  /** For the calls that it opened. */
  readonly previousApiKey?: Secret | undefined;
  readonly organization?: string | undefined;
  readonly project?: string | undefined;
};

/** The part of the configuration that an OpenAI account is made of. */
export type OpenAiConfig = ConnectionConfig & { readonly openai: z.output<typeof openaiAccount> };

// OpenAI ends a realtime session after 60 minutes.
const LIMITS = { ttlSeconds: { min: 10, max: 7200, default: 600 }, longestSessionSeconds: 3600 };

/**
 * A provider that speaks `dialect`, with OpenAI's credentials and headers.
 * @param wire how it opens calls; null: it has no way to
 */
export function createOnAccount(
  dialect: WireDialect,
  wire: CallWire | null,
  options: OpenAiOptions,
): ClosableProvider {
  const { organization, project, apiKey, previousApiKey, ...http } = options;
  const account = withoutUndefined({ 'openai-organization': organization, 'openai-project': project });
  const headersOf = (key: Secret, safetyIdentifier: string | null) => ({
    authorization: `Bearer ${key.forUpstream()}`,
    ...(safetyIdentifier === null ? {} : { 'openai-safety-identifier': safetyIdentifier }),
    ...account,
  });
  return providerOverHttp({
    ...http,
    ...LIMITS,
    dialect,
    headers: ({ safetyIdentifier }) => headersOf(apiKey, safetyIdentifier),
    calls:
      wire === null
        ? undefined
        : { wire, credential: () => apiKey, previous: previousApiKey, headers: headersOf },
  });
}

/** @throws StartError when there is no API key */
export function accountOf({ openai, upstreamTimeoutMs, proxies }: OpenAiConfig): Omit<OpenAiOptions, 'name'> {
  const { apiKey, ...account } = openai;
  if (apiKey === undefined) throw new StartError('OPENAI_API_KEY is needed.');
  return { ...account, apiKey, timeoutMs: upstreamTimeoutMs, proxies };
}
