import { z } from 'zod';
import type { BareRequest, UpstreamRequest } from './wire.ts';

/** The mints ask for users that exist, in turn, so that no two in flight wait for one user's lock. */
export const USERS = 10_000;

export const TARGETS = ['upstream', 'bare', 'gateway'] as const;
export type TargetKind = (typeof TARGETS)[number];

const VOICES = ['marin', 'cedar', 'alloy', 'verse', 'sage'];
const MODEL = 'gpt-realtime-2.1';
const TTL_SECONDS = 600;

const MUTATION = `mutation Issue($input: CreateRealtimeSessionInput!) {
  createRealtimeSession(input: $input) {
    __typename
    ... on CreateRealtimeSessionSuccess { session { id status } clientSecret { value expiresAt } }
    ... on InvalidInputError { message issues { path message } }
    ... on Error { message }
  }
}`;

const PARAMETERS = {
  type: 'object',
  properties: { order: { type: 'string', description: 'The order number, e.g. "A-1733".' } },
  required: ['order'],
};

/** The body of the mint with this number, as the target wants it: the same session for all three. */
export function writeRequest(kind: TargetKind, number: number): string {
  const externalUserId = `user-${number % USERS}`;
  const voice = VOICES[number % VOICES.length] ?? 'marin';
  const labels = [{ key: 'call', value: String(number) }];
  const instructions = instructionsOf(number);
  if (kind === 'gateway') {
    const input = {
      externalUserId,
      expiresAfterSeconds: TTL_SECONDS,
      model: MODEL,
      instructions,
      voice,
      inputAudioTranscription: { model: 'gpt-4o-mini-transcribe' },
      turnDetection: { serverVad: { threshold: 0.6, silenceDurationMs: 400 } },
      tools: [
        { function: { name: 'find_order', description: 'Looks up an order.', parameters: PARAMETERS } },
      ],
      labels,
    };
    return JSON.stringify({ query: MUTATION, variables: { input } });
  }
  const wire: UpstreamRequest = {
    expires_after: { anchor: 'created_at', seconds: TTL_SECONDS },
    session: {
      type: 'realtime',
      model: MODEL,
      output_modalities: ['audio'],
      instructions,
      audio: {
        input: {
          transcription: { model: 'gpt-4o-mini-transcribe' },
          turn_detection: { type: 'server_vad', threshold: 0.6, silence_duration_ms: 400 },
        },
        output: { voice },
      },
      tools: [
        { type: 'function', name: 'find_order', description: 'Looks up an order.', parameters: PARAMETERS },
      ],
    },
  };
  const bare: BareRequest = { externalUserId, labels, wire };
  return JSON.stringify(kind === 'bare' ? bare : wire);
}

function instructionsOf(number: number): string {
  return `You answer the telephone of a shop for bicycles. The caller is customer ${number}. Be brief and friendly,
speak the language of the caller, and look orders up before you talk about them. When you are asked for something
that you cannot do, say so, and offer to pass the call on to a colleague. Never promise a date of delivery.`;
}

const secret = z.string().regex(/^ek_\w{32}$/);
const issued = z.object({ id: z.string(), status: z.literal('ACTIVE') });
const answers = {
  upstream: z.object({ value: secret }).transform(({ value }) => value),
  bare: issued
    .extend({ clientSecret: z.object({ value: secret }) })
    .transform(({ clientSecret }) => clientSecret.value),
  gateway: z
    .object({
      data: z.object({
        createRealtimeSession: z.object({ session: issued, clientSecret: z.object({ value: secret }) }),
      }),
    })
    .transform(({ data }) => data.createRealtimeSession.clientSecret.value),
} satisfies Record<TargetKind, z.ZodType<string>>;

/** The secret in an answer. @throws Error quoting the answer when it is not a success */
export function readSecret(kind: TargetKind, status: number, body: string): string {
  const answer = status === 200 ? answers[kind].safeParse(JSON.parse(body)) : undefined;
  if (answer?.success) return answer.data;
  throw new Error(`The ${kind} did not issue a secret. It answered ${status}: ${body.slice(0, 500)}`);
}
