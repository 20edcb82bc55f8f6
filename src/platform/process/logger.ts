import { type LevelWithSilent, type Logger, pino, stdTimeFunctions } from 'pino';
import { prettyFactory } from 'pino-pretty';
import { describeError, describeFields } from './log-fields.ts';
import { standardOutput } from './standard-output.ts';

type Destination = { write(line: string): void };

type LoggerOptions = {
  readonly level: LevelWithSilent;
  /** For people: pass process.stdout.isTTY. Programs read the JSON lines. */
  readonly pretty: boolean;
  readonly destination?: Destination;
};

/**
 * Logs one JSON line per event. Errors are logged by name, code and kind, wherever in a call they are; other fields as
 * describeFields says. Lines go to standardOutput, which gathers them; pino's own writer, on file descriptor 1, would
 * bypass the output filter.
 */
export function createLogger({ level, pretty, destination = standardOutput }: LoggerOptions): Logger {
  const logger = pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: describeFields },
      // Already described by describeFields; pino's own serializer would look for the message and the stack.
      serializers: { err: (described: unknown) => described },
      hooks: {
        logMethod(args, method) {
          Reflect.apply(method, this, withoutMessages(args));
        },
      },
    },
    pretty ? prettified(destination) : destination,
  );
  // pino does not call formatters.bindings for a child's bindings. Children inherit this function, and their children too.
  const { child } = logger;
  logger.child = function (bindings, options) {
    return Reflect.apply(child, this, [describeFields(bindings), options]);
  };
  return logger;
}

/** The prettifier as a function: as a stream it could lose lines when the process exits. */
function prettified(destination: Destination): Destination {
  const prettify = prettyFactory({ translateTime: 'SYS:HH:MM:ss.l', singleLine: true });
  return { write: (line) => destination.write(prettify(line)) };
}

/** Without this, pino uses an error's message for a line without one, and formats errors with their message. */
function withoutMessages([first, ...rest]: readonly unknown[]): unknown[] {
  const fields = first instanceof Error ? { err: first } : first;
  const values = rest.map((value) => (value instanceof Error ? describeError(value).type : value));
  const error = typeof fields === 'object' && fields !== null && 'err' in fields ? fields.err : undefined;
  if (error === undefined || values[0] !== undefined) return [fields, ...values];
  return [fields, describeError(error).type, ...values.slice(1)];
}
