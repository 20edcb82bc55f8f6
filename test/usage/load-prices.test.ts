import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { StartError } from '../../src/platform/process/start-error.ts';
import { loadPrices } from '../../src/usage/load-prices.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-prices-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function load(content: string) {
  const path = join(folder, 'prices.json');
  await writeFile(path, content);
  return loadPrices(path);
}

test('prices of a file stand in for those of the models that it names', async () => {
  const own = [{ models: ['gpt-realtime-2', 'mine'], from: '2026-05-01', textInput: '1.25' }];
  const prices = await load(JSON.stringify(own));
  expect(prices.filter(({ models }) => models.includes('gpt-realtime-2'))).toEqual(own);
  // The rest of an entry stays.
  expect(prices.some(({ models }) => models.includes('gpt-realtime-2.1'))).toBe(true);
  expect((await loadPrices(undefined)).some(({ models }) => models.includes('gpt-realtime-2'))).toBe(true);
});

test.each([
  ['{', 'it is not JSON'],
  ['{}', 'it '],
  ['[]', 'it must hold a price'],
  ['[{"from": "2026-01-01", "models": []}]', '0.models must name a model'],
  ['[{"from": "May", "models": ["m"]}]', '0.from must be a day'],
  ['[{"from": "2026-01-01", "models": ["m"], "textInput": 4}]', '0.textInput must be a string'],
  ['[{"from": "2026-01-01", "models": ["m"], "textInput": "-4"}]', '0.textInput must be US dollars'],
  ['[{"from": "2026-01-01", "models": ["m"], "videoInput": "4"}]', '0.videoInput is not a known field'],
  [
    '[{"from": "2026-01-01", "models": ["m"], "minute": "1"}, {"from": "2026-01-01", "models": ["n", "m"], "minute": "2"}]',
    '1.models.1 has another price from this day on already',
  ],
  ['[{"from": "2026-01-01", "models": ["m", "m"]}]', '0.models.1 has another price from this day on already'],
])('a file that cannot be used stops the start: %s', async (content, problem) => {
  await expect(load(content)).rejects.toThrow(StartError);
  await expect(load(content)).rejects.toThrow(`GATEHOUSE_PRICES_FILE cannot be used: ${problem}`);
});

test('a model has one price from a day on, in the list of this version too', async () => {
  const prices = await load(
    '[{"from": "2026-01-01", "models": ["m"]}, {"from": "2026-02-01", "models": ["m"]}, {"from": "2026-01-01", "models": ["M"]}]',
  );
  const named = prices.flatMap(({ models, from }) => models.map((model) => `${from} ${model}`));
  expect(new Set(named).size).toBe(named.length);
});

test('so does a file that is not there', async () => {
  await expect(loadPrices(join(folder, 'nowhere.json'))).rejects.toThrow('it cannot be read');
});
