import { z } from 'zod';
import { count, type Journal } from './journal.ts';
import { AUTHORIZATION } from './settings.ts';

const response = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z.array(z.object({ extensions: z.object({ code: z.string() }) })).optional(),
});
// A replica may stand still for some seconds; longer than that, and something is stuck.
const PATIENCE_MS = 30_000;

/** `field` of the answer; that the ledger was away; or nothing, for whoever answers was killed or the caller left. */
export type Asked =
  | { readonly kind: 'answered'; readonly result: unknown }
  | { readonly kind: 'unavailable' }
  | { readonly kind: 'nothing' };

type Question = {
  readonly url: string;
  readonly query: string;
  readonly input: object;
  /** The mutation's name. */
  readonly field: string;
  /** The caller goes away after so many milliseconds. */
  readonly leaveAfterMs?: number | undefined;
};

/** Asks once and never again by itself. What no client may ever be answered goes into the journal. */
export async function ask(journal: Journal, question: Question): Promise<Asked> {
  const { url, query, input, field, leaveAfterMs = PATIENCE_MS } = question;
  let status: number;
  let text: string;
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json, application/json',
        authorization: AUTHORIZATION,
      },
      body: JSON.stringify({ query, variables: { input } }),
      signal: AbortSignal.timeout(leaveAfterMs),
    });
    status = answer.status;
    text = await answer.text();
  } catch (error) {
    const left = error instanceof Error && error.name === 'TimeoutError';
    if (left && leaveAfterMs === PATIENCE_MS) journal.unexpected.push(`${field}: no answer for 30 s`);
    count(journal.answers, left ? 'client left' : 'connection lost');
    return { kind: 'nothing' };
  }
  const body = response.safeParse(parse(text)).data;
  const result = body?.data?.[field];
  if (status === 200 && body?.errors === undefined && result !== undefined) {
    return { kind: 'answered', result };
  }
  if (status === 503 && body?.errors?.[0]?.extensions.code === 'SERVICE_UNAVAILABLE') {
    count(journal.answers, 'SERVICE_UNAVAILABLE');
    return { kind: 'unavailable' };
  }
  journal.unexpected.push(`${field}: ${status} ${text.slice(0, 300)}`);
  return { kind: 'nothing' };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
