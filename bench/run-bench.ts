/**
 * Runs a benchmark as its command does: what it reports is printed, and Ctrl-C stops it with all that it started.
 * @param help is printed instead, for --help
 * @param readOptions of the command line; throws when it cannot be used
 * @param bench starts everything, measures, stops everything: also after a failure, and when the signal aborts
 */
export async function runBench<Options>(
  help: string,
  readOptions: (args: string[]) => Options,
  bench: (options: Options, signal: AbortSignal) => Promise<string>,
): Promise<void> {
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(name, () => stopping.abort(new Error(`stopped by ${name}`)));

  try {
    const args = process.argv.slice(2);
    process.stdout.write(args.includes('--help') ? help : await bench(readOptions(args), stopping.signal));
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
