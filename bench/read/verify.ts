import { z } from 'zod';
import { type QueryName, requestBodies } from './queries.ts';
import type { Target } from './targets.ts';

const SAMPLES = 40;

const node = (id: string) => z.object({ node: z.object({ [id]: z.string() }) });
const listing = (id: string) => z.object({ edges: z.array(node(id)).min(1) });
const ours = z.object({ data: z.object({ realtimeSessions: listing('id') }) });
const postgraphiles = z.object({
  data: z.union([
    z.object({ endUserByExternalId: z.object({ realtimeSessionsByUserId: listing('rowId') }) }),
    z.object({ allRealtimeSessions: listing('rowId') }),
  ]),
});

/**
 * Whether all answer what the bare server does: byte for byte, and PostGraphile, which has names of its own, the same
 * sessions in the same order. @throws Error that shows the first difference
 */
export async function verify(query: QueryName, targets: readonly Target[], users: number): Promise<void> {
  const [reference, ...others] = targets;
  if (reference === undefined) return;
  const expected = await answers(reference, query, users);
  for (const text of expected) ours.parse(JSON.parse(text));
  for (const target of others) {
    const found = await answers(target, query, users);
    for (const [index, text] of found.entries()) {
      const wanted = expected[index] ?? '';
      const same =
        target.dialect === 'gatehouse' ? text === wanted : String(idsOf(text)) === String(uuidsOf(wanted));
      if (!same)
        throw new Error(
          `${target.name} does not answer query ${query} as ${reference.name} does:\n${text.slice(0, 1500)}\n${wanted.slice(0, 1500)}`,
        );
    }
  }
}

async function answers({ name, url, headers, dialect }: Target, query: QueryName, users: number) {
  const texts: string[] = [];
  for (const body of requestBodies(query, dialect, users).slice(0, SAMPLES)) {
    const json = { 'content-type': 'application/json', accept: 'application/json' };
    const response = await fetch(url, { method: 'POST', headers: { ...json, ...headers }, body });
    const text = (await response.text()).trim();
    if (!response.ok) throw new Error(`${name} answered ${response.status}: ${text.slice(0, 1000)}`);
    texts.push(text);
  }
  return texts;
}

function uuidsOf(text: string): string[] {
  const { edges } = ours.parse(JSON.parse(text)).data.realtimeSessions;
  return edges.map(
    ({ node }) =>
      Buffer.from(node['id'] ?? '', 'base64')
        .toString()
        .split(':')[1] ?? '',
  );
}

function idsOf(text: string): string[] {
  const parsed = postgraphiles.safeParse(JSON.parse(text));
  if (!parsed.success) throw new Error(`PostGraphile answered ${text.slice(0, 1500)}`);
  const { data } = parsed.data;
  const { edges } =
    'allRealtimeSessions' in data
      ? data.allRealtimeSessions
      : data.endUserByExternalId.realtimeSessionsByUserId;
  return edges.map(({ node }) => node['rowId'] ?? '');
}
