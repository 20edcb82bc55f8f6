import type { RealtimeSessionType } from '../../gql/graphql.ts';

/** What the form begins with, e.g. from a user's page. What people write is never part of a URL. */
export type Search = {
  readonly user?: string;
  readonly model?: string;
  readonly provider?: string;
  readonly type?: RealtimeSessionType;
  /** In which language the request is written. */
  readonly code?: CodeKind;
};

export type CodeKind = (typeof CODE_KINDS)[number];
export const CODE_KINDS = ['graphql', 'curl', 'typescript'] as const;

const TYPES = ['REALTIME', 'TRANSCRIPTION', 'TRANSLATION'] as const satisfies readonly RealtimeSessionType[];

export function validateSearch(search: Record<string, unknown>): Search {
  const code = CODE_KINDS.find((known) => known === search['code']);
  const type = TYPES.find((known) => known === search['type']);
  return {
    ...textAt(search, 'user'),
    ...textAt(search, 'model'),
    ...textAt(search, 'provider'),
    ...(type === undefined ? {} : { type }),
    ...(code === undefined ? {} : { code }),
  };
}

function textAt<Name extends string>(
  search: Record<string, unknown>,
  name: Name,
): { [name in Name]?: string } {
  const value = search[name];
  const text = typeof value === 'number' ? String(value) : value;
  const found: { [name in Name]?: string } = {};
  if (typeof text === 'string' && text !== '') found[name] = text;
  return found;
}
