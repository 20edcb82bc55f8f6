/** What the id of every Node is described as. */
export const NODE_ID =
  'Opaque, unique among all types, never reused: what node, nodes and the arguments that name such a record take.';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether a text is the uuid of something, as the ledger writes it. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** An id as clients see it: base64 of "TypeName:uuid". */
export function encodeId(typename: string, id: string | number | bigint): string {
  return Buffer.from(`${typename}:${id}`).toString('base64');
}

/** The type and uuid behind a client's id, or null when it is not one that encodeId could have made. */
export function decodeId(id: string): { typename: string; id: string } | null {
  const [typename, uuid, ...rest] = Buffer.from(id, 'base64').toString('utf8').split(':');
  if (typename === undefined || uuid === undefined || rest.length > 0 || !isUuid(uuid)) return null;
  return encodeId(typename, uuid) === id ? { typename, id: uuid } : null;
}

/** The uuid of a client's id of that type, or null: malformed and foreign ids are simply not found. */
export function decodeIdOf(typename: string, id: string): string | null {
  const decoded = decodeId(id);
  return decoded?.typename === typename ? decoded.id : null;
}
