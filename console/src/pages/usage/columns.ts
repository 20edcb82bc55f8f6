import { formatOffsetTime } from '../../ui/zoned-time.ts';
import type { Cell } from './csv.ts';
import { csvLine } from './csv.ts';
import { type Amounts, groupValue, type Row, unpricedModels } from './row.ts';
import type { Group, UnitName } from './search.ts';

/** A number of the report, as the table and the file have it. Its heading in the file is that of `gatehouse usage export`. */
export type AmountColumn = {
  readonly name: string;
  readonly heading: string;
  readonly kind: 'count' | 'seconds' | 'cost' | 'amount';
  readonly isDetail: boolean;
  readonly read: (totals: Amounts) => number | string | null;
};

type CountName = {
  [Name in keyof Amounts]-?: Amounts[Name] extends number ? Name : never;
}[keyof Amounts];

function count(name: string, field: CountName, isDetail: boolean): AmountColumn {
  return { name, heading: snakeCase(field), kind: 'count', isDetail, read: (totals) => totals[field] };
}

const AMOUNTS: readonly AmountColumn[] = [
  count('Responses', 'responses', false),
  count('Text in', 'inputTextTokens', true),
  count('Audio in', 'inputAudioTokens', true),
  count('Image in', 'inputImageTokens', true),
  count('Cached text', 'cachedTextTokens', true),
  count('Cached audio', 'cachedAudioTokens', true),
  count('Cached image', 'cachedImageTokens', true),
  count('Text out', 'outputTextTokens', true),
  count('Audio out', 'outputAudioTokens', true),
  count('Tokens', 'totalTokens', false),
  {
    name: 'Transcribed',
    heading: 'transcription_seconds',
    kind: 'seconds',
    isDetail: true,
    read: (totals) => totals.transcriptionSeconds,
  },
  {
    name: 'Cost',
    heading: 'cost_usd',
    kind: 'cost',
    isDetail: false,
    read: (totals) => totals.costUsd ?? null,
  },
  {
    name: 'Known cost',
    heading: 'known_cost_usd',
    kind: 'amount',
    isDetail: false,
    read: (totals) => totals.costKnownUsd,
  },
  {
    name: 'Estimated',
    heading: 'estimated_cost_usd',
    kind: 'amount',
    isDetail: false,
    read: (totals) => totals.costEstimatedUsd,
  },
];

export function amountColumns(withDetail: boolean): readonly AmountColumn[] {
  return AMOUNTS.filter(({ isDetail }) => withDetail || !isDetail);
}

type Shown = {
  readonly unit: UnitName;
  readonly groups: readonly Group[];
  readonly zone: string;
  readonly rows: readonly Row[];
  readonly withDetail: boolean;
};

/** The rows and columns that are shown, as CSV. An empty cost is unknown, as is the cell of an erased user. */
export function csvOf({ unit, groups, zone, rows, withDetail }: Shown): string {
  const amounts = amountColumns(withDetail);
  const head = [
    ...(unit === 'none' ? [] : ['start']),
    ...groups,
    'sessions_issued',
    ...amounts.map(({ heading }) => heading),
    'unpriced_models',
  ];
  const lines = rows.map((row) =>
    csvLine([
      ...(unit === 'none' ? [] : [formatOffsetTime(Date.parse(row.start ?? ''), zone)]),
      ...groups.map((group): Cell => ({ text: groupValue(group, row) ?? '' })),
      row.sessionsIssued,
      ...amounts.map(({ read }) => read(row.totals) ?? ''),
      { text: unpricedModels(row.totals) },
    ]),
  );
  return [csvLine(head), ...lines].join('');
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
