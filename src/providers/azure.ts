import { z } from 'zod';
import { apiKey, httpUrl } from '../platform/config/schemas.ts';
import { group, variable } from '../platform/config/variable.ts';
import { StartError } from '../platform/process/start-error.ts';
import type { Secret } from '../platform/redaction/secret.ts';
import { appendPath } from './append-path.ts';
import { gaDialect } from './ga-dialect.ts';
import type { ProviderDefinition } from './provider-definition.ts';
import {
  type ClosableProvider,
  type ConnectionConfig,
  type ConnectionOptions,
  providerOverHttp,
} from './provider-over-http.ts';
import { openTokenFile } from './token-file.ts';

const account = group({
  endpoint: variable(
    'AZURE_OPENAI_ENDPOINT',
    httpUrl.optional(),
    'The endpoint of the Azure OpenAI resource, e.g. https://NAME.openai.azure.com. A model is the name of a deployment there.',
  ),
  apiKey: variable('AZURE_OPENAI_API_KEY', apiKey.optional(), 'A key of the Azure OpenAI resource.'),
  bearerTokenFile: variable(
    'AZURE_OPENAI_BEARER_TOKEN_FILE',
    z.string().optional(),
    'A file with an Entra access token (scope https://ai.azure.com/.default), used instead of a key. It is read for each session, so replace its content before the token expires.',
  ),
});

export type AzureOptions = Omit<ConnectionOptions, 'baseUrl'> & {
  /** e.g. https://NAME.openai.azure.com, with or without /openai/v1 at its end. */
  readonly endpoint: string;
  /** What authorizes a request: a key of the resource, or a token that is asked for anew for each request. */
  readonly credential: Secret | (() => Promise<Secret>);
};

// The range is OpenAI's, and no other is known. The default is ours, as for OpenAI: without a lifetime, Azure's is two hours.
const LIMITS = { ttlSeconds: { min: 10, max: 7200, default: 600 }, longestSessionSeconds: 3600 };
const PATH = '/openai/v1';

/** Azure OpenAI: POST {endpoint}/openai/v1/realtime/client_secrets. */
export function createAzure({ endpoint, credential, ...http }: AzureOptions): ClosableProvider {
  const hasPath = new URL(endpoint).pathname.replace(/\/+$/, '').endsWith(PATH);
  return providerOverHttp({
    ...http,
    ...LIMITS,
    dialect: gaDialect,
    baseUrl: hasPath ? endpoint : appendPath(endpoint, PATH).href,
    requestIdHeader: 'apim-request-id',
    headers: async () =>
      typeof credential === 'function'
        ? { authorization: `Bearer ${(await credential()).forUpstream()}` }
        : { 'api-key': credential.forUpstream() },
  });
}

type AzureConfig = ConnectionConfig & { readonly azure: z.output<typeof account> };

export const azure = {
  name: 'azure',
  variables: { azure: account },
  needs: [account.shape.endpoint],
  needsOneOf: [account.shape.apiKey, account.shape.bearerTokenFile],
  onlyByName: true,
  create: async ({ azure, upstreamTimeoutMs: timeoutMs, proxies }: AzureConfig) => {
    const { endpoint, apiKey, bearerTokenFile } = azure;
    if (endpoint === undefined) throw new StartError('AZURE_OPENAI_ENDPOINT is needed.');
    const credential = bearerTokenFile === undefined ? apiKey : await openBearerTokenFile(bearerTokenFile);
    if (credential === undefined)
      throw new StartError('AZURE_OPENAI_API_KEY or AZURE_OPENAI_BEARER_TOKEN_FILE is needed.');
    return createAzure({ name: 'azure', endpoint, credential, timeoutMs, proxies });
  },
} as const satisfies ProviderDefinition;

async function openBearerTokenFile(path: string): Promise<() => Promise<Secret>> {
  try {
    return await openTokenFile(path);
  } catch (cause) {
    throw new StartError('The file of AZURE_OPENAI_BEARER_TOKEN_FILE cannot be read, or holds no token.', {
      cause,
    });
  }
}
