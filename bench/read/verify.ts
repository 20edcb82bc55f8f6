import { z } from 'zod';
import { type Dialect, type QueryName, requestBodies } from './queries.ts';
import type { Target } from './targets.ts';

const SAMPLES = 40;

const node = z.object({
  id: z.string().optional(),
  rowId: z.string().optional(),
  activeSessionCount: z.number().optional(),
});
const listing = z.object({ edges: z.array(z.object({ node })) });
const answer = z.object({
  data: z.union([
    z.object({ realtimeSessions: listing }).transform((data) => data.realtimeSessions),
    z.object({ users: listing }).transform((data) => data.users),
    z.object({ allRealtimeSessions: listing }).transform((data) => data.allRealtimeSessions),
    z.object({ allEndUsers: listing }).transform((data) => data.allEndUsers),
    z
      .object({ endUserByExternalId: z.object({ realtimeSessionsByUserId: listing }) })
      .transform((data) => data.endUserByExternalId.realtimeSessionsByUserId),
  ]),
});

/**
 * Whether all answer what the bare server does: byte for byte, and PostGraphile, which has names of its own, the same
 * records in the same order. @throws Error that shows the first difference
 */
export async function verify(query: QueryName, targets: readonly Target[], users: number): Promise<void> {
  const [reference, ...others] = targets;
  if (reference === undefined) return;
  const expected = await answers(reference, query, users);
  if (expected.every((text) => records(text, reference.dialect).length === 0))
    throw new Error(`Query ${query} finds nothing`);
  for (const target of others) {
    const found = await answers(target, query, users);
    for (const [index, text] of found.entries()) {
      const wanted = expected[index] ?? '';
      const same =
        target.dialect === reference.dialect
          ? text === wanted
          : String(records(text, target.dialect)) === String(records(wanted, reference.dialect));
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

/** The records of an answer: the UUID of each, and of a user the number of its sessions. */
function records(text: string, dialect: Dialect): string[] {
  const parsed = answer.safeParse(JSON.parse(text));
  if (!parsed.success) throw new Error(`${dialect} answered ${text.slice(0, 1500)}`);
  return parsed.data.data.edges.map(({ node: { id = '', rowId, activeSessionCount = '' } }) => {
    const uuid = rowId ?? Buffer.from(id, 'base64').toString().split(':')[1];
    return `${uuid} ${activeSessionCount}`;
  });
}
