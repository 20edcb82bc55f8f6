import type { MintedToken } from '../fetch-token.ts';
import type { Gatehouse } from '../gatehouse.ts';
import type { CreateRealtimeSessionInput } from '../generated/types.ts';
import { secretOf } from '../secret-of.ts';

/**
 * Makes `mint` for realtimeAgentsOptions, on a server that has a key of the gateway: each call mints another session.
 * @throws GatehouseError when there is no secret
 */
export function mintFrom(
  gatehouse: Pick<Gatehouse, 'createSession'>,
  input: Omit<CreateRealtimeSessionInput, 'idempotencyKey'>,
): () => Promise<Pick<MintedToken, 'token' | 'sessionId'>> {
  return async () => {
    const result = await gatehouse.createSession(input);
    const token = secretOf(result).reveal();
    return { token, sessionId: 'session' in result ? result.session?.id : undefined };
  };
}
