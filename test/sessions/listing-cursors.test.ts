import { beforeAll, describe, expect, test } from 'vitest';
import { CREATE } from '../support/documents.ts';
import { useDatabase, useGateway } from '../support/fixture.ts';

const database = useDatabase();
const gateway = useGateway(database);

beforeAll(async () => {
  for (const user of ['alice', 'bob', 'alice', 'bob', 'carol']) await mint(user);
});

async function mint(externalUserId: string): Promise<void> {
  const { body } = await gateway.ask(CREATE, { input: { externalUserId } });
  expect(body.data.createRealtimeSession.__typename).toBe('CreateRealtimeSessionSuccess');
}

const listing = (field: string) =>
  `query ($first: Int, $after: String, $last: Int, $before: String) {
    ${field} { nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }
  }`;
const ARGS = 'first: $first, after: $after, last: $last, before: $before';
const byOrder = (field: string, order: string) => listing(`listing: ${field}(orderBy: ${order}, ${ARGS})`);

/** Every listing with cursors of its own, by name. */
const LISTINGS: Readonly<Record<string, string>> = {
  'sessions, newest first': byOrder('realtimeSessions', 'CREATED_AT_DESC'),
  'sessions, oldest first': byOrder('realtimeSessions', 'CREATED_AT_ASC'),
  'sessions by expiry': byOrder('realtimeSessions', 'EXPIRES_AT_ASC'),
  'users by last session': byOrder('users', 'LAST_SESSION_AT_DESC'),
  'users by next expiry': byOrder('users', 'NEXT_EXPIRY_AT_ASC'),
  'users, newest first': byOrder('users', 'CREATED_AT_DESC'),
  "alice's sessions": listing(`user(externalId: "alice") { listing: sessions(${ARGS})`).replace(/\}$/, '} }'),
  "bob's sessions": listing(`user(externalId: "bob") { listing: sessions(${ARGS})`).replace(/\}$/, '} }'),
};

async function read(name: string, variables: Record<string, unknown>) {
  const { body } = await gateway.ask(LISTINGS[name] ?? '', variables);
  return { errors: body.errors, page: body.data?.listing ?? body.data?.user?.listing };
}

test('what is minted while one reads is neither repeated nor in the way', async () => {
  for (const name of Object.keys(LISTINGS).filter((each) => !/expiry|by last/.test(each))) {
    const before = (await read(name, { first: 100 })).page.nodes;
    const found: unknown[] = [];
    for (let after: string | null = null, more = true; more; ) {
      const { page } = await read(name, { first: 1, after });
      found.push(...page.nodes);
      ({ endCursor: after, hasNextPage: more } = page.pageInfo);
      // Twice, and before what there was is read to the end: oldest first, reading would never end.
      if (found.length < Math.min(3, before.length)) {
        await mint('alice');
        await mint(`new-${found.length}`);
      }
    }
    expect(new Set(found.map((node) => JSON.stringify(node))).size).toBe(found.length);
    if (name === 'sessions, oldest first') expect(found.slice(0, before.length)).toEqual(before);
    else expect(found).toEqual(before);
  }
});

describe.each(Object.keys(LISTINGS))('%s', (name) => {
  test('refuses the cursors of every other listing, and goes on at its own', async () => {
    for (const other of Object.keys(LISTINGS)) {
      const { page } = await read(other, { first: 1 });
      for (const variables of [
        { first: 1, after: page.pageInfo.endCursor },
        { last: 1, before: page.pageInfo.endCursor },
      ]) {
        const { errors } = await read(name, variables);
        if (other === name) expect(errors).toBeUndefined();
        else expect(errors[0].extensions.code).toBe('BAD_USER_INPUT');
      }
    }
  });

  test('refuses cursors that are made up, and never fails at one', async () => {
    const { page } = await read(name, { first: 1 });
    const parts = Buffer.from(page.pageInfo.endCursor, 'base64url').toString().split(':');
    const [of = '', id = ''] = [parts[0], parts.at(-1)];
    const timed = parts.length === 3;
    const encode = (...some: string[]) => Buffer.from(some.join(':')).toString('base64url');
    const refused = [
      timed ? encode(of, id) : encode(of, '1700000000000000', id),
      timed ? encode(of, '', id) : encode(of, '-infinity', id),
      encode(of, '1e9', id),
      encode(of, '-1', id),
      encode(of, 'infinity', id),
      encode(of, '9'.repeat(18), id),
      encode(of, '9'.repeat(400), id),
      encode(of, '1', '1', id),
      encode(of, ...parts.slice(1, -1), `${id}'`),
      encode(of, ...parts.slice(1, -1), 'x'),
      encode(of),
      encode('', id),
      `${page.pageInfo.endCursor}=`,
      `${page.pageInfo.endCursor} `,
      '',
      '\0',
      '\ud800',
    ];
    const accepted = timed
      ? ['0', '-infinity', '9'.repeat(17), '0'.repeat(17)].map((at) => encode(of, at, id))
      : [];
    for (const cursor of [...refused, ...accepted]) {
      for (const variables of [
        { first: 5, after: cursor },
        { last: 5, before: cursor },
      ]) {
        const { errors } = await read(name, variables);
        const code = accepted.includes(cursor) ? undefined : 'BAD_USER_INPUT';
        expect({ cursor, code: errors?.[0].extensions.code }).toEqual({ cursor, code });
      }
    }
  });
});
