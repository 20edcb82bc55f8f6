import { z } from 'zod';
import { type Asked, ask } from './ask.ts';
import { count, type Journal } from './journal.ts';

/** One thing that somebody wants once: with a key it may be asked for again, without only once. */
export type Wish = {
  /** Goes along in the instructions, so that provider and ledger can tell whose call and session they see. */
  readonly marker: string;
  readonly user: string;
  readonly keyed: boolean;
  readonly ttl: number;
};

const MINT = /* GraphQL */ `
  mutation ($input: CreateRealtimeSessionInput!) {
    createRealtimeSession(input: $input) {
      __typename
      ... on CreateRealtimeSessionSuccess { clientSecret { value } session { id } }
      ... on UpstreamError { possiblyIssued attempt: session { id status } }
      ... on IdempotencyConflictError { reason }
      ... on SecretAlreadyIssuedError { issued: session { id } }
      ... on QuotaExceededError { quota limit used }
    }
  }
`;

const session = z.object({ id: z.string() });
const result = z.discriminatedUnion('__typename', [
  z.object({
    __typename: z.literal('CreateRealtimeSessionSuccess'),
    clientSecret: z.object({ value: z.string() }),
    session,
  }),
  z.object({
    __typename: z.literal('UpstreamError'),
    possiblyIssued: z.boolean(),
    attempt: session.extend({ status: z.enum(['FAILED', 'UNCONFIRMED']) }).nullable(),
  }),
  z.object({
    __typename: z.literal('IdempotencyConflictError'),
    reason: z.enum(['IN_PROGRESS', 'DIFFERENT_INPUT']),
  }),
  z.object({ __typename: z.literal('SecretAlreadyIssuedError'), issued: session }),
  z.object({
    __typename: z.literal('QuotaExceededError'),
    quota: z.string(),
    limit: z.number(),
    used: z.number(),
  }),
  z.object({ __typename: z.literal('UserSuspendedError') }),
]);

type HowToMint = {
  readonly url: string;
  readonly leaveAfterMs?: number | undefined;
  /** With the same key, but not the same input. */
  readonly differently?: boolean;
};

/** Asks for a session, and writes down what the answer claims; gives the session's id when there is one. */
export async function mint(
  journal: Journal,
  { marker, user, keyed, ttl }: Wish,
  { url, leaveAfterMs, differently = false }: HowToMint,
): Promise<string | null> {
  const input = {
    externalUserId: user,
    instructions: differently ? `${marker} differently` : marker,
    expiresAfterSeconds: ttl,
    ...(keyed ? { idempotencyKey: marker } : {}),
  };
  const asked = await ask(journal, { url, query: MINT, input, field: 'createRealtimeSession', leaveAfterMs });
  return learn(journal, { marker, keyed }, asked);
}

function learn(journal: Journal, wish: Pick<Wish, 'marker' | 'keyed'>, asked: Asked): string | null {
  const { marker, keyed } = wish;
  // With a key, somebody else may have minted for it.
  const nothingMinted = () => {
    if (!keyed) journal.nothingMinted.push(marker);
    return null;
  };
  if (asked.kind === 'unavailable') return nothingMinted();
  if (asked.kind === 'nothing') return null;
  const parsed = result.safeParse(asked.result);
  if (!parsed.success) {
    journal.unexpected.push(`createRealtimeSession: ${JSON.stringify(asked.result)}`);
    return null;
  }
  const { data } = parsed;
  count(journal.answers, data.__typename + ('reason' in data ? ` ${data.reason}` : ''));
  switch (data.__typename) {
    case 'CreateRealtimeSessionSuccess':
      journal.held.push({ marker, sessionId: data.session.id, secret: data.clientSecret.value });
      return data.session.id;
    case 'UpstreamError':
      if (data.attempt === null) return nothingMinted();
      journal.claims.push({
        marker,
        sessionId: data.attempt.id,
        status: data.attempt.status,
        possiblyIssued: data.possiblyIssued,
        at: Date.now(),
      });
      return data.attempt.id;
    case 'SecretAlreadyIssuedError':
      return data.issued.id;
    case 'IdempotencyConflictError':
      return null;
    case 'QuotaExceededError':
      if (data.used < data.limit) journal.unexpected.push(`a quota was exceeded by ${JSON.stringify(data)}`);
      return nothingMinted();
    case 'UserSuspendedError':
      return nothingMinted();
    default:
      return data satisfies never;
  }
}
