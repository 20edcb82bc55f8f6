import type { Scope } from '../../gql/graphql.ts';
import { pagesNamed } from './pages.ts';
import { readReference } from './reference.ts';
import type { FoundSession, FoundUser } from './use-look-up.ts';

export type Destination =
  | { readonly to: ReturnType<typeof pagesNamed>[number]['to'] }
  | { readonly to: '/sessions/$id' | '/users/$id'; readonly params: { readonly id: string } }
  | { readonly to: '/audit'; readonly search: { readonly requestId?: string; readonly event?: string } };

export type Item = {
  readonly id: string;
  readonly group: 'Sessions' | 'Users' | 'Audit' | 'Pages';
  readonly label: string;
  readonly hint: string;
  readonly destination: Destination;
};

/** What the palette offers for a text: what the text names first, then pages. */
export function itemsFor(
  text: string,
  found: { readonly sessions: readonly FoundSession[]; readonly users: readonly FoundUser[] },
  scopes: readonly Scope[],
): readonly Item[] {
  return [
    ...found.sessions.map(
      ({ id, hint }): Item => ({
        id: `session-${id}`,
        group: 'Sessions',
        label: `Session ${id.slice(-12)}`,
        hint,
        destination: { to: '/sessions/$id', params: { id } },
      }),
    ),
    ...found.users.map(
      ({ id, name, hint }): Item => ({
        id: `user-${id}`,
        group: 'Users',
        label: name,
        hint,
        destination: { to: '/users/$id', params: { id } },
      }),
    ),
    ...auditItems(text, scopes),
    ...pagesNamed(text, scopes).map(
      ({ name, to }): Item => ({
        id: `page-${to}`,
        group: 'Pages',
        label: name,
        hint: '',
        destination: { to },
      }),
    ),
  ];
}

function auditItems(text: string, scopes: readonly Scope[]): readonly Item[] {
  const reference = readReference(text.trim());
  if (!scopes.includes('AUDIT_READ') || reference === null) return [];
  const { kind, id } = reference;
  if (kind === 'request')
    return [
      {
        id: 'audit-request',
        group: 'Audit',
        label: 'Audit events of this request',
        hint: id,
        destination: { to: '/audit', search: { requestId: id } },
      },
    ];
  if (kind !== 'event') return [];
  return [
    {
      id: 'audit-event',
      group: 'Audit',
      label: 'This audit event',
      hint: '',
      destination: { to: '/audit', search: { event: id } },
    },
  ];
}
