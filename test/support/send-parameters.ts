import { type Answer, ROOT_KEY, type TestGateway } from './gateway.ts';

export type Parameters = Readonly<Record<string, unknown>>;

/** Sends a GraphQL request as the operator: by GET its parameters are in the URL, by any other method in the body. */
export async function sendParameters(
  gateway: Pick<TestGateway, 'url'>,
  method: string,
  parameters: Parameters,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const inUrl = Object.entries(parameters).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  const response = await fetch(
    method === 'GET' ? `${gateway.url}?${new URLSearchParams(inUrl)}` : gateway.url,
    {
      method,
      headers: { authorization: `Bearer ${ROOT_KEY}`, 'content-type': 'application/json', ...headers },
      ...(method === 'GET' ? {} : { body: JSON.stringify(parameters) }),
    },
  );
  return { status: response.status, headers: response.headers, body: await response.json() };
}
