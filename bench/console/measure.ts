import { launchBrowser } from '../../test/console/support/launch-browser.ts';
import { report } from './report.ts';
import { type Visit, visit } from './visit.ts';

type Setup = {
  /** Where the browser is. */
  readonly executablePath: string;
  /** Of the gateway. */
  readonly origin: string;
  readonly key: string;
  readonly rounds: number;
  readonly warmUp: number;
  readonly signal: AbortSignal;
  readonly progress: (text: string) => void;
};

/** Visits the console round by round. @returns the report */
export async function measure(setup: Setup): Promise<string> {
  const { executablePath, origin, key, rounds, warmUp, signal, progress } = setup;
  const browser = await launchBrowser(executablePath);
  try {
    const visits: Visit[] = [];
    for (let round = -warmUp; round < rounds; round += 1) {
      signal.throwIfAborted();
      progress(round < 0 ? 'warming up' : `round ${round + 1} of ${rounds}`);
      const made = await visit(browser, origin, key, round + warmUp);
      if (round >= 0) visits.push(made);
    }
    return report(visits, browser.version());
  } finally {
    await browser.close();
  }
}
