import { wait, waitBefore } from './attempts.ts';
import type { RequestOptions } from './gatehouse.ts';
import { createSession as document } from './generated/documents.ts';
import type { CreateRealtimeSessionInput, CreateSessionMutation } from './generated/types.ts';
import { mutate } from './operations.ts';
import type { Client } from './request.ts';
import type { CreateSessionResult } from './results.ts';
import { Secret } from './secret.ts';

/** Mints, with one idempotency key for all attempts. While the gateway is still at an earlier attempt, it waits. */
export async function createSession(
  client: Client,
  input: CreateRealtimeSessionInput,
  options: RequestOptions & { readonly idempotencyKey?: string | undefined } = {},
): Promise<CreateSessionResult> {
  const idempotencyKey = options.idempotencyKey ?? input.idempotencyKey ?? crypto.randomUUID();
  const variables = { input: { ...input, idempotencyKey } };
  for (let attempts = 1; ; attempts += 1) {
    const { createRealtimeSession: result } = await mutate(client, document, variables, options);
    if (!isInProgress(result) || attempts >= client.maxAttempts) return withSecret(result);
    await wait(waitBefore(null, attempts), options.signal);
  }
}

type Result = CreateSessionMutation['createRealtimeSession'];

function isInProgress(result: Result): boolean {
  return result.__typename === 'IdempotencyConflictError' && result.reason === 'IN_PROGRESS';
}

function withSecret(result: Result): CreateSessionResult {
  if (result.__typename !== 'CreateRealtimeSessionSuccess') return result;
  const { value, expiresAt } = result.clientSecret;
  return { ...result, clientSecret: { value: new Secret(value), expiresAt } };
}
