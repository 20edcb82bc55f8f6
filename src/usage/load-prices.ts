import { readFile } from 'node:fs/promises';
import { StartError } from '../platform/process/start-error.ts';
import { toInputIssues } from '../platform/validation/input-issue.ts';
import type { PriceList } from './price.ts';
import { mergePrices, priceListSchema } from './prices.ts';

/**
 * The prices to pay by: those of this version, and the operator's own from a file, if there is one.
 * @throws StartError when the file cannot be used: better no gateway than one that reckons with other prices
 */
export async function loadPrices(path: string | undefined): Promise<PriceList> {
  if (path === undefined) return mergePrices([]);
  const parsed = priceListSchema.safeParse(parse(await readText(path)));
  if (parsed.success) return mergePrices(parsed.data);
  const [first] = toInputIssues(parsed.error);
  throw unusable(`${first?.path.join('.') || 'it'} ${first?.message ?? 'is not a list of prices'}`);
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw unusable('it cannot be read', cause);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw unusable('it is not JSON', cause);
  }
}

function unusable(problem: string, cause?: unknown): StartError {
  return new StartError(`GATEHOUSE_PRICES_FILE cannot be used: ${problem}.`, { cause });
}
