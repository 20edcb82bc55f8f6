/** What a text that somebody copied from elsewhere refers to, as far as its form tells. */
export type Reference =
  | { readonly kind: 'session' | 'user' | 'event'; readonly id: string }
  | { readonly kind: 'request'; readonly id: string };

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const kinds = { RealtimeSession: 'session', User: 'user', AuditEvent: 'event' } as const;

/** Reads ids of the API, and request ids. Null for other texts, e.g. names. */
export function readReference(text: string): Reference | null {
  if (UUID.test(text)) return { kind: 'request', id: text };
  const typename = typenameOf(text);
  return isKnown(typename) ? { kind: kinds[typename], id: text } : null;
}

/** The ids are opaque; this only decides what to ask for, and the API says whether there is such a record. */
function typenameOf(id: string): string {
  try {
    return atob(id).split(':')[0] ?? '';
  } catch {
    return '';
  }
}

function isKnown(typename: string): typename is keyof typeof kinds {
  return Object.hasOwn(kinds, typename);
}
