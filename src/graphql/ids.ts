/** The description of every Node's id. */
export const NODE_ID =
  'The global id. It is opaque, unique among all types and never reused. It can be passed to node, to nodes, and to arguments that name such a record.';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether a text is a uuid in the form in which PostgreSQL writes it. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** An id as clients see it: base64 of "TypeName:uuid". */
export function encodeId(typename: string, id: string | number | bigint): string {
  // A fifth of the time of a Buffer, and all of it is ASCII.
  return btoa(`${typename}:${id}`);
}

/** The type and uuid behind a client's id, or null when it is not one that encodeId could have made. */
export function decodeId(id: string): { typename: string; id: string } | null {
  const [typename, uuid, ...rest] = Buffer.from(id, 'base64').toString('utf8').split(':');
  if (typename === undefined || uuid === undefined || rest.length > 0 || !isUuid(uuid)) return null;
  return encodeId(typename, uuid) === id ? { typename, id: uuid } : null;
}

/** The uuid of a client's id of that type; null for ids that are malformed or of another type. */
export function decodeIdOf(typename: string, id: string): string | null {
  const decoded = decodeId(id);
  return decoded?.typename === typename ? decoded.id : null;
}

/** The uuids of a filter's ids of that type, without those that are malformed or of another type: they match nothing. */
export function uuidsOf(
  typename: string,
  ids: readonly string[] | null | undefined,
): readonly string[] | null {
  return ids?.flatMap((id) => decodeIdOf(typename, id) ?? []) ?? null;
}
