/** The media types of a single result. */
export type JsonType = 'application/graphql-response+json' | 'application/json';

/** The media types that a client accepts, in its order; weights (q) are ignored. Null and false: none of ours, so 406. */
export type Accepted = {
  /** For a single result. */
  readonly json: JsonType | null;
  /** For the results of a subscription, and for a single result when the client accepts nothing else. */
  readonly events: boolean;
};

const JSON_RANGES: ReadonlyMap<string, Accepted['json']> = new Map([
  ['application/graphql-response+json', 'application/graphql-response+json'],
  ['application/json', 'application/json'],
  ['application/*', 'application/json'],
  ['*/*', 'application/json'],
]);
const EVENT_RANGES = new Set(['text/event-stream', 'text/*', '*/*']);
const ANYTHING: Accepted = { json: 'application/json', events: true };

/** Reads an Accept header. Media types with a charset other than UTF-8 are not accepted. */
export function negotiate(accept: string | undefined): Accepted {
  if (accept === undefined || accept === '' || accept === '*/*') return ANYTHING;
  const ranges = accept.toLowerCase().replaceAll(/\s/g, '').split(',').filter(isUtf8);
  const types = ranges.map((range) => range.split(';', 1)[0] ?? '');
  const json = types.find((type) => JSON_RANGES.has(type));
  return {
    json: json === undefined ? null : (JSON_RANGES.get(json) ?? null),
    events: types.some((type) => EVENT_RANGES.has(type)),
  };
}

/** The media type of JSON for a client, also for one that accepts none: an error is answered to everybody. */
export function jsonTypeOf({ json }: Accepted): JsonType {
  return json ?? 'application/graphql-response+json';
}

function isUtf8(range: string): boolean {
  const charset = range.split(';').find((parameter) => parameter.includes('charset='));
  return charset === undefined || charset === 'charset=utf-8';
}
