/** An id as the API has it; without a uuid, one that nothing has. */
export function idOf(typename: string, uuid = ''): string {
  return Buffer.from(`${typename}:${uuid}`).toString('base64');
}

/** The uuid in an id of the API. */
export function uuidOf(id: string): string {
  return Buffer.from(id, 'base64').toString().split(':')[1] ?? '';
}
