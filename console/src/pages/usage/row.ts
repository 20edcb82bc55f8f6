import type { Group } from './search.ts';

/** Usage and its cost, as the API sums it. Costs are exact decimals of US dollars. */
export type Amounts = {
  readonly reported: boolean;
  readonly responses: number;
  readonly inputTextTokens: number;
  readonly inputAudioTokens: number;
  readonly inputImageTokens: number;
  readonly cachedTextTokens: number;
  readonly cachedAudioTokens: number;
  readonly cachedImageTokens: number;
  readonly outputTextTokens: number;
  readonly outputAudioTokens: number;
  readonly totalTokens: number;
  readonly transcriptionSeconds: number;
  readonly costUsd?: string | null;
  readonly costKnownUsd: string;
  readonly costEstimatedUsd: string;
  readonly costUnknownFor: readonly string[];
  readonly costUnknownForMore: number;
};

/** A row of the report: what it is of, and how much. */
export type Row = {
  readonly start?: string | null;
  readonly model?: string | null;
  readonly provider?: string | null;
  readonly label?: string | null;
  readonly user?: { readonly id: string; readonly externalId?: string | null } | null;
  readonly application?: { readonly id: string; readonly name: string } | null;
  readonly sessionsIssued: number;
  readonly totals: Amounts;
};

export const groupNames: Readonly<Record<Group, string>> = {
  model: 'Model',
  application: 'Application',
  user: 'User',
  provider: 'Provider',
  label: 'Label',
};

/** The value of a group in a row. Null: an erased user, or no such label. */
export function groupValue(group: Group, row: Row): string | null {
  switch (group) {
    case 'model':
      return row.model ?? null;
    case 'application':
      return row.application?.name ?? null;
    case 'user':
      return row.user?.externalId ?? null;
    case 'provider':
      return row.provider ?? null;
    case 'label':
      return row.label ?? null;
    default:
      return group satisfies never;
  }
}

/** What stands where there is no value. */
export const withoutValue: Readonly<Record<Group, string>> = {
  model: '(no model)',
  application: '(not yours to see)',
  user: '(erased user)',
  provider: '(no provider)',
  label: '(no label)',
};

/** What tells apart the rows of one time: two erased users are two. */
export function keyOf(groups: readonly Group[], row: Row): string {
  return JSON.stringify(
    groups.map((group) => (group === 'user' ? (row.user?.id ?? null) : groupValue(group, row))),
  );
}

export function nameOf(groups: readonly Group[], row: Row): string {
  return groups.map((group) => groupValue(group, row) ?? withoutValue[group]).join(' · ');
}

/** "gpt-realtime, whisper-2 and 3 more": the models whose price is not known. Empty when there are none. */
export function unpricedModels({ costUnknownFor, costUnknownForMore }: Amounts): string {
  const names = costUnknownFor.join(', ');
  return costUnknownForMore > 0 ? `${names} and ${costUnknownForMore} more` : names;
}
