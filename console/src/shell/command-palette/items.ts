import type { Viewer } from '../../auth/viewer.ts';
import { destinationsOf } from '../navigation.ts';
import type { CredentialKind } from './credential-kind.ts';
import { readReference } from './reference.ts';
import type { FoundSession, FoundUser } from './use-look-up.ts';

export type Target =
  | { readonly kind: 'page'; readonly to: ReturnType<typeof destinationsOf>[number]['to'] }
  | { readonly kind: 'session' | 'user' | 'request' | 'event'; readonly id: string }
  | { readonly kind: 'secret' };

export type Item = {
  readonly id: string;
  readonly group: 'Sessions' | 'Users' | 'Audit' | 'Pages' | 'Secret';
  readonly label: string;
  readonly hint: string;
  readonly target: Target;
};

/** What the palette offers for a text: what the text names first, then pages. */
export function itemsFor(
  text: string,
  found: { readonly sessions: readonly FoundSession[]; readonly users: readonly FoundUser[] },
  viewer: Viewer,
): readonly Item[] {
  return [
    ...found.sessions.map(
      ({ id, name, hint }): Item => ({
        id: `session-${id}`,
        group: 'Sessions',
        label: name,
        hint,
        target: { kind: 'session', id },
      }),
    ),
    ...found.users.map(
      ({ id, name, hint }): Item => ({
        id: `user-${id}`,
        group: 'Users',
        label: name,
        hint,
        target: { kind: 'user', id },
      }),
    ),
    ...auditItems(text, viewer),
    ...pageItems(text, viewer),
  ];
}

const secretWords: Readonly<Record<CredentialKind, string>> = {
  'client-secret': 'Look up this client secret',
  'api-key': 'Find this API key',
  'root-key': 'What to do about this root key',
  other: 'Look up this credential',
};

/** What it offers for a credential, which is not looked for anywhere else. */
export function secretItems(kind: CredentialKind, { scopes }: Viewer): readonly Item[] {
  if (!scopes.includes('AUDIT_READ')) return [];
  return [
    {
      id: 'secret',
      group: 'Secret',
      label: secretWords[kind],
      hint: 'masked, and never in a URL',
      target: { kind: 'secret' },
    },
  ];
}

function auditItems(text: string, { scopes }: Viewer): readonly Item[] {
  const reference = readReference(text.trim());
  if (reference === null || !scopes.includes('AUDIT_READ')) return [];
  const { kind, id } = reference;
  if (kind !== 'request' && kind !== 'event') return [];
  const label = kind === 'request' ? 'Audit events of this request' : 'This audit event';
  return [{ id: `audit-${kind}`, group: 'Audit', label, hint: '', target: { kind, id } }];
}

/** Other words that people look for pages by. */
const words: Readonly<Record<string, string>> = {
  '/': 'home health live',
  '/sessions': 'secrets active expired revoked',
  '/users': 'people suspended quotas limits policy',
  '/usage': 'costs tokens spend finance',
  '/audit': 'trail events seal export',
  '/applications': 'api keys scopes',
  '/leaked-secret': 'identify look up',
  '/playground': 'mint create session try',
};

/** The pages that a text names: those whose name begins with it come first. */
function pageItems(text: string, viewer: Viewer): readonly Item[] {
  const wanted = text.trim().toLowerCase();
  const named = destinationsOf(viewer).flatMap(({ to, label }) => {
    const name = label.toLowerCase();
    const all = `${name} ${words[to] ?? ''}`.split(' ');
    if (!name.includes(wanted) && !all.some((word) => word.startsWith(wanted))) return [];
    return [{ first: name.startsWith(wanted), item: { to, label } }];
  });
  return named
    .toSorted((a, b) => Number(b.first) - Number(a.first))
    .map(({ item: { to, label } }) => ({
      id: `page-${to}`,
      group: 'Pages',
      label,
      hint: '',
      target: { kind: 'page', to },
    }));
}
