/**
 * Runs a benchmark as its command does: what it reports is printed, and Ctrl-C stops it with all that it started.
 * @param readOptions of the command line; null when there is nothing to run
 * @param bench starts everything, measures, stops everything: also after a failure, and when the signal aborts
 */
export async function runBench<Options>(
  readOptions: (args: string[]) => Options | null,
  bench: (options: Options, signal: AbortSignal) => Promise<string>,
): Promise<void> {
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(name, () => stopping.abort(new Error(`stopped by ${name}`)));

  try {
    const options = readOptions(process.argv.slice(2));
    if (options !== null) process.stdout.write(await bench(options, stopping.signal));
  } catch (error) {
    process.stderr.write(
      `\nThe benchmark failed: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    process.exitCode = 1;
  }
}

/** Says how far it is, beside the report. */
export function progress(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** A number of the command line. @throws TypeError that names the option when it is none, or less than `least` */
export function readNumber(value: string, option: string, least: number): number {
  const read = value.trim() === '' ? Number.NaN : Number(value);
  if (!(read >= least))
    throw new TypeError(`${option} must be a number of at least ${least}, not "${value}"`);
  return read;
}
