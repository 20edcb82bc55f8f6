import type { RequestOptions } from './gatehouse.ts';
import { GatehouseError } from './gatehouse-error.ts';
import type { Answer } from './read-answer.ts';
import { type Client, request } from './request.ts';
import type { TypedDocument } from './typed-document.ts';

type MutationOptions = RequestOptions & { readonly idempotent?: boolean | undefined };

/** Reads. An error beside data means that something is missing in it. @throws GatehouseError */
export async function query<Data, Variables extends object>(
  client: Client,
  document: TypedDocument<Data, Variables>,
  variables: Variables,
  { signal }: RequestOptions = {},
): Promise<Data> {
  const answer = await request(client, operationOf(document, variables), { signal, repeatable: true });
  if (answer.error !== null) throw answer.error;
  return dataOf(answer);
}

/** Changes something. An error beside data does not undo the change, so its result is returned. @throws GatehouseError */
export async function mutate<Data, Variables extends object>(
  client: Client,
  document: TypedDocument<Data, Variables>,
  variables: Variables,
  { signal, idempotent = true }: MutationOptions = {},
): Promise<Data> {
  return dataOf(await request(client, operationOf(document, variables), { signal, repeatable: idempotent }));
}

/** Runs an operation of the caller's own. */
export function run<Data, Variables>(
  client: Client,
  document: TypedDocument<Data, Variables>,
  variables: Variables | undefined,
  { signal, idempotent = false }: MutationOptions = {},
): Promise<Data> {
  const text = document.toString();
  const own: TypedDocument<Data, object> = { toString: () => text };
  return isQuery(text)
    ? query(client, own, { ...variables }, { signal })
    : mutate(client, own, { ...variables }, { signal, idempotent });
}

/** Whether it surely is a query. A document holds one operation here, since nothing would say which of several to run. */
function isQuery(text: string): boolean {
  return /^[\s,]*(query\b|\{)/.test(text) || !/\bmutation\b/.test(text);
}

function operationOf(document: { toString(): string }, variables: object) {
  return { text: document.toString(), variables };
}

// The gateway's own schema says what the data of a document is.
function dataOf<Data>({ data, error }: Answer): Data {
  if (data === null) throw error ?? new GatehouseError('MALFORMED_ANSWER', 'The gateway answered nothing.');
  return data as Data;
}
