/** What a command said beside the line that names its ledger, which test/commands/ledgers.test.ts checks. */
export function withoutLedger(stderr: string): string {
  return stderr.replace(/^The ledger is .*\.\n/m, '');
}
