import type { Scope } from '../../gql/graphql.ts';

export type PageEntry = {
  readonly name: string;
  readonly to:
    | '/'
    | '/sessions'
    | '/users'
    | '/usage'
    | '/audit'
    | '/applications'
    | '/leaked-secret'
    | '/playground';
  /** Other words for it. */
  readonly words: string;
  /** Without this scope the page only says that it is needed. */
  readonly scope?: Scope;
};

export const pages: readonly PageEntry[] = [
  { name: 'Overview', to: '/', words: 'home health live spend' },
  { name: 'Sessions', to: '/sessions', words: 'live active expired revoked', scope: 'SESSIONS_READ' },
  { name: 'Users', to: '/users', words: 'people suspended quota budget limits policy', scope: 'USERS_READ' },
  { name: 'Usage', to: '/usage', words: 'cost costs tokens spend csv finance', scope: 'USAGE_READ' },
  { name: 'Audit', to: '/audit', words: 'trail events seal export', scope: 'AUDIT_READ' },
  { name: 'Applications and keys', to: '/applications', words: 'api key create revoke scopes' },
  {
    name: 'Leaked secret',
    to: '/leaked-secret',
    words: 'identify look up client secret key',
    scope: 'AUDIT_READ',
  },
  { name: 'Playground', to: '/playground', words: 'mint test create session', scope: 'SESSIONS_CREATE' },
];

/** The pages that a text names: those whose name begins with it come first. */
export function pagesNamed(text: string, scopes: readonly Scope[]): readonly PageEntry[] {
  const wanted = text.trim().toLowerCase();
  const allowed = pages.filter(({ scope }) => scope === undefined || scopes.includes(scope));
  const begins = ({ name }: PageEntry) => name.toLowerCase().startsWith(wanted);
  const found = allowed.filter((page) =>
    `${page.name} ${page.words}`
      .toLowerCase()
      .split(' ')
      .some((word) => word.startsWith(wanted)),
  );
  const all = new Set([...allowed.filter(begins), ...found]);
  return [...all];
}
