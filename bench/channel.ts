import type { Json } from '../src/platform/validation/json.ts';

/**
 * The other end of startChild: says hello, answers each question, and ends with the process that asks.
 * Ctrl-C reaches the whole group; who started us decides when we end.
 */
export function serveParent(hello: Json, answer: (question: unknown) => Promise<Json>): void {
  process.on('SIGINT', () => {});
  process.once('disconnect', () => process.exit());
  process.on('message', (question) => {
    answer(question).then(
      (message) => process.send?.(message),
      (error: unknown) => {
        process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
        process.exit(1);
      },
    );
  });
  process.send?.(hello);
}
