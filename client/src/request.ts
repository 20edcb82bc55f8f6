import { attempt, isTransient, wasNotStarted } from './attempts.ts';
import { startDeadline } from './deadline.ts';
import { type Endpoint, heard, type Operation, send } from './exchange.ts';
import { type Answer, readAnswer } from './read-answer.ts';

const ACCEPT = 'application/graphql-response+json, application/json';

export type Client = Endpoint & {
  /** Of one attempt, or until a stream begins. */
  readonly timeoutMs: number;
  readonly maxAttempts: number;
  /** How long a stream may be silent. */
  readonly silenceMs: number;
};

export type Asked = {
  readonly signal?: AbortSignal | undefined;
  /** Whether it may be sent again when it is not known whether it was done. */
  readonly repeatable: boolean;
};

/**
 * Asks until there is an answer. An error beside data is in the answer, not thrown.
 * @throws GatehouseError, or the reason of the signal
 */
export function request(
  client: Client,
  operation: Operation,
  { signal, repeatable }: Asked,
): Promise<Answer> {
  return attempt(
    async () => {
      const answer = await requestOnce(client, operation, signal);
      if (answer.data === null && answer.error !== null) throw answer.error;
      return answer;
    },
    { maxAttempts: client.maxAttempts, signal, isRepeatable: repeatable ? isTransient : wasNotStarted },
  );
}

async function requestOnce(
  client: Client,
  operation: Operation,
  caller: AbortSignal | undefined,
): Promise<Answer> {
  const deadline = startDeadline(client.timeoutMs, caller);
  try {
    const response = await send(client, operation, ACCEPT, deadline.signal);
    return readAnswer(await heard(() => response.text(), deadline.signal), response);
  } finally {
    deadline.end();
  }
}
