import { type LevelWithSilent, type Logger, pino, stdTimeFunctions } from 'pino';
import { prettyFactory } from 'pino-pretty';
import { describeError, describeFields } from './log-fields.ts';

type Destination = { write(line: string): void };

type LoggerOptions = {
  readonly level: LevelWithSilent;
  /** For people: pass process.stdout.isTTY. Programs read the JSON lines. */
  readonly pretty: boolean;
  readonly destination?: Destination;
};

/**
 * Logs one JSON line per event. Errors are logged by name, code and kind wherever they stand in a call,
 * other fields as describeFields says. Lines leave through process.stdout.write, which the output filter
 * wraps; pino's own way, a writer on file descriptor 1, would pass it by.
 */
export function createLogger({ level, pretty, destination = standardOutput }: LoggerOptions): Logger {
  const logger = pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: describeFields },
      // By now described; pino's own serializer would look for the message and the stack.
      serializers: { err: (described: unknown) => described },
      hooks: {
        logMethod(args, method) {
          Reflect.apply(method, this, withoutMessages(args));
        },
      },
    },
    pretty ? prettified(destination) : destination,
  );
  // pino does not ask formatters.bindings about a child's. Children inherit this, and so on down.
  const { child } = logger;
  logger.child = function (bindings, options) {
    return Reflect.apply(child, this, [describeFields(bindings), options]);
  };
  return logger;
}

let waiting = '';

// The lines of one turn of the event loop leave together: each write costs as much as making the line.
const standardOutput: Destination = {
  write: (line) => {
    if (waiting === '') setImmediate(flush);
    waiting += line;
  },
};
process.on('exit', flush);

function flush(): void {
  if (waiting === '') return;
  const lines = waiting;
  waiting = '';
  // Looked up each time, not once: the filter may be installed later.
  process.stdout.write(lines);
}

/** The prettifier as a function: as a stream it would hold lines back when the process exits. */
function prettified(destination: Destination): Destination {
  const prettify = prettyFactory({ translateTime: 'SYS:HH:MM:ss.l', singleLine: true });
  return { write: (line) => destination.write(prettify(line)) };
}

/** pino takes an error's message for the line's when none is given, and formats errors with theirs. */
function withoutMessages([first, ...rest]: readonly unknown[]): unknown[] {
  const fields = first instanceof Error ? { err: first } : first;
  const values = rest.map((value) => (value instanceof Error ? describeError(value).type : value));
  const error = typeof fields === 'object' && fields !== null && 'err' in fields ? fields.err : undefined;
  if (error === undefined || values[0] !== undefined) return [fields, ...values];
  return [fields, describeError(error).type, ...values.slice(1)];
}
