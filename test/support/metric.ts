import type { TestGateway } from './gateway.ts';

/** The value of one of a gateway's metrics, named with its labels as they are printed; undefined when there is none. */
export async function metric(
  { managementUrl }: Pick<TestGateway, 'managementUrl'>,
  name: string,
): Promise<number | undefined> {
  const text = await (await fetch(`${managementUrl}/metrics`)).text();
  const line = text.split('\n').find((line) => line.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.slice(name.length + 1));
}
