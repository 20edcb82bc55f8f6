import type { ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import type { Actor } from '../../authorization/actor.ts';
import type { RequestLog } from '../../graphql/context.ts';
import { asRedacted } from '../../platform/process/log-fields.ts';
import { memoize } from '../../platform/redaction/memoize.ts';
import { redactText } from '../../platform/redaction/redact-text.ts';

export type LogOptions = {
  readonly log: Logger;
  /** Called for each request that is not a stream, with its outcome and duration. */
  readonly onRequest: (outcome: string, seconds: number) => void;
};

/** The outcome of a stream whose client read too slowly, so that we closed the connection. */
export const SLOW_READER = 'SLOW_READER';

// Both are the same few words in most lines. Names are free text, so they have a memory of their own.
const redactWord = memoize((word) => redactText(word));
const redactName = memoize((name) => redactText(name));

/** Writes one line for each request when its response is closed, also when the connection broke. */
export function logWhenDone(
  response: ServerResponse,
  requestId: string,
  requestLog: RequestLog,
  { log, onRequest }: LogOptions,
): void {
  const startedAt = performance.now();
  response.once('close', () => {
    const { operation, outcome } = requestLog;
    const milliseconds = performance.now() - startedAt;
    // A stream lasts as long as its client wants, so its duration says nothing about the speed of answers.
    if (!requestLog.streamed) onRequest(outcome, milliseconds / 1000);
    log.info(
      asRedacted({
        requestId,
        operation: redactWord(operation),
        outcome: redactWord(response.writableFinished || outcome === SLOW_READER ? outcome : 'CLIENT_GONE'),
        status: response.statusCode,
        durationMs: Math.round(milliseconds * 10) / 10,
        actor: nameInLog(requestLog.actor),
      }),
      'request',
    );
  });
}

/** Applications and operators are named in the log, people are not. */
function nameInLog(actor: Actor | null): string | null {
  if (actor === null) return null;
  return actor.kind === 'user' ? actor.kind : redactName(`${actor.kind}:${actor.name}`);
}
