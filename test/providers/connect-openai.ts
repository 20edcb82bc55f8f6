import type { Dispatcher } from 'undici';
import { Secret } from '../../src/platform/redaction/secret.ts';
import type { JsonObject } from '../../src/platform/validation/json.ts';
import { createOpenAi } from '../../src/providers/openai.ts';
import type { MintRequest } from '../../src/providers/provider.ts';
import type { ClosableProvider } from '../../src/providers/provider-over-http.ts';

/** A deadline for what it does not decide, however busy the machine is. */
export const PATIENT_MS = 10_000;

export const REQUEST_ID = 'req_0123456789abcdef';
/** What an outcome has where upstream gave no reason. */
export const NO_REASON = { upstreamCode: null, upstreamParam: null, retryAfterMs: null };

export const request: MintRequest = {
  session: { type: 'REALTIME', model: 'gpt-realtime-2.1', instructions: 'x'.repeat(500), extra: {} },
  expiresAfterSeconds: 60,
  safetyIdentifier: 'user-hash',
};

/** OpenAI's provider at a fake upstream. */
export function connectTo(
  baseUrl: string,
  { agent, timeoutMs = PATIENT_MS }: { agent?: Dispatcher; timeoutMs?: number } = {},
): ClosableProvider {
  return createOpenAi({
    name: 'openai',
    baseUrl,
    apiKey: new Secret('sk-test'),
    timeoutMs,
    proxies: undefined,
    agent,
  });
}

/** The body with which OpenAI refuses. */
export function refusal(code: string | null, type = 'invalid_request_error'): JsonObject {
  return { error: { message: 'Incorrect API key provided: sk-live-1234', type, param: null, code } };
}
