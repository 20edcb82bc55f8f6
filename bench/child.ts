import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { JsonObject } from '../src/platform/validation/json.ts';

/** One of the benchmark's own programs, which answers each message with one message. */
export type Child = {
  readonly pid: number;
  ask(question: JsonObject): Promise<unknown>;
};

/**
 * Starts a program of the benchmark's (an absolute path); it ends when this process ends, however that happens, because it then
 * loses its channel. Waiting for it ends with an error when it ends first, or when `signal` aborts.
 */
export async function startChild(
  file: string,
  args: readonly string[],
  { signal, stack }: { readonly signal: AbortSignal; readonly stack: AsyncDisposableStack },
): Promise<Child & { readonly firstMessage: unknown }> {
  const child = spawn(process.execPath, [file, ...args], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = new AbortController();
  const exit = once(child, 'exit');
  child.once('exit', (code, by) => ended.abort(new Error(`${file} ended (${by ?? `exit code ${code}`})`)));
  stack.defer(async () => {
    if (child.connected) child.disconnect();
    await exit;
  });
  const nextMessage = async (): Promise<unknown> => {
    const until = AbortSignal.any([signal, ended.signal]);
    try {
      const [message] = await once(child, 'message', { signal: until });
      return message;
    } catch (error) {
      until.throwIfAborted();
      throw error;
    }
  };
  const firstMessage = await nextMessage();
  if (child.pid === undefined) throw new Error(`${file} did not start`);
  return {
    pid: child.pid,
    firstMessage,
    ask: (question) => {
      const answer = nextMessage();
      child.send(question);
      return answer;
    },
  };
}
