import type { RequestOptions } from './gatehouse.ts';
import { createSession as document } from './generated/documents.ts';
import type { CreateRealtimeSessionInput } from './generated/types.ts';
import { mutate } from './operations.ts';
import type { Client } from './request.ts';
import type { CreateSessionResult } from './results.ts';
import { Secret } from './secret.ts';

/** Mints, with one idempotency key for all attempts. */
export async function createSession(
  client: Client,
  input: CreateRealtimeSessionInput,
  options: RequestOptions & { readonly idempotencyKey?: string | undefined } = {},
): Promise<CreateSessionResult> {
  const idempotencyKey = options.idempotencyKey ?? input.idempotencyKey ?? crypto.randomUUID();
  const variables = { input: { ...input, idempotencyKey } };
  const { createRealtimeSession: result } = await mutate(client, document, variables, options);
  if (result.__typename !== 'CreateRealtimeSessionSuccess') return result;
  const { value, expiresAt } = result.clientSecret;
  return { ...result, clientSecret: { value: new Secret(value), expiresAt } };
}
