import { readJsonFile, unusableFile } from '../platform/process/read-json-file.ts';
import { toInputIssues } from '../platform/validation/input-issue.ts';
import type { PriceList } from './price.ts';
import { mergePrices, priceListSchema } from './prices.ts';

const SUBJECT = 'GATEHOUSE_PRICES_FILE';

/**
 * Loads the prices: those of this version, and those of the operator's file, if there is one.
 * @throws StartError when the file cannot be used: a broken price file stops the start, so that no cost is wrong
 */
export async function loadPrices(path: string | undefined): Promise<PriceList> {
  if (path === undefined) return mergePrices([]);
  const parsed = priceListSchema.safeParse(await readJsonFile(path, SUBJECT));
  if (parsed.success) return mergePrices(parsed.data);
  const [first] = toInputIssues(parsed.error);
  throw unusableFile(
    SUBJECT,
    `${first?.path.join('.') || 'it'} ${first?.message ?? 'is not a list of prices'}`,
  );
}
