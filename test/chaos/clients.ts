import { setTimeout as delay } from 'node:timers/promises';
import { encodeId } from '../../src/graphql/ids.ts';
import { ask } from './ask.ts';
import type { FaultyDatabase } from './faulty-database.ts';
import { count, type Journal } from './journal.ts';
import { mint, type Wish } from './mint.ts';
import { createRandom } from './random.ts';
import type { Replica } from './replica.ts';

const CLIENTS = 16;
const USERS = 40;
const REVOKE = /* GraphQL */ `
  mutation ($input: RevokeRealtimeSessionInput!) { revokeRealtimeSession(input: $input) { __typename } }
`;
const SUSPEND = /* GraphQL */ `
  mutation ($input: SuspendUserInput!) { suspendUser(input: $input) { ... on UserSuccess { user { id } } } }
`;
const REINSTATE = /* GraphQL */ `
  mutation ($input: ReinstateUserInput!) { reinstateUser(input: $input) { __typename } }
`;

export type Surroundings = {
  readonly seed: number;
  readonly journal: Journal;
  readonly replicas: readonly Replica[];
  readonly database: FaultyDatabase;
};

/** Everybody at once, until `stopped` answers true; resolves when the last answer is in. */
export async function runClients(around: Surroundings, stopped: () => boolean): Promise<void> {
  // Keys that are remembered, and users of whom somebody checks that they stay suspended: among all clients.
  const shared = { keyed: [] as Wish[], suspended: new Set<string>() };
  await Promise.all(
    Array.from({ length: CLIENTS }, async (_, index) => {
      const act = createClient(`c${index}`, around, shared);
      while (!stopped()) await act();
    }),
  );
}

function createClient(
  name: string,
  { seed, journal, replicas, database }: Surroundings,
  shared: { readonly keyed: Wish[]; readonly suspended: Set<string> },
): () => Promise<void> {
  const random = createRandom(seed, name);
  const recent: string[] = [];
  let made = 0;

  // Squared: a few users are asked for all the time, and their quotas are used up.
  const someUser = () => `user-${Math.floor(random.float() ** 2 * USERS)}`;
  const someReplica = () => random.pick(replicas).url();
  const leaveAfterMs = () => (random.chance(0.04) ? random.int(1, 300) : undefined);
  const wish = (keyed: boolean): Wish => {
    made += 1;
    const wished = { marker: `${name}-wish-${made}`, user: someUser(), keyed, ttl: random.int(10, 14) };
    if (keyed) shared.keyed.push(wished);
    return wished;
  };
  const remember = (id: string | null) => {
    if (id !== null) recent.push(id);
  };

  async function mintOnce(): Promise<void> {
    remember(await mint(journal, wish(false), { url: someReplica(), leaveAfterMs: leaveAfterMs() }));
  }

  /** The same key at several replicas at once: a client whose load balancer tries again. */
  async function mintKeyed(): Promise<void> {
    const wished = wish(true);
    const copies = Array.from({ length: random.int(1, 3) }, () => ({
      url: someReplica(),
      leaveAfterMs: leaveAfterMs(),
    }));
    for (const id of await Promise.all(copies.map((how) => mint(journal, wished, how)))) remember(id);
  }

  async function repeatKey(): Promise<void> {
    if (shared.keyed.length === 0) return;
    const wished = random.pick(shared.keyed.slice(-20));
    await mint(journal, wished, { url: someReplica(), differently: random.chance(0.15) });
  }

  async function revoke(input: { id: string }): Promise<void> {
    const asked = await ask(journal, {
      url: someReplica(),
      query: REVOKE,
      input,
      field: 'revokeRealtimeSession',
    });
    if (asked.kind === 'answered') count(journal.answers, 'revoked');
  }

  async function revokeRecent(): Promise<void> {
    if (recent.length > 0) await revoke({ id: random.pick(recent.slice(-10)) });
  }

  /** One that is being minted right now, found behind the gateways' backs. */
  async function revokePending(): Promise<void> {
    const pending = await database
      .query<{ id: string }>('SELECT id FROM realtime_session WHERE outcome IS NULL ORDER BY id DESC LIMIT 3')
      .catch(() => []);
    if (pending.length > 0) await revoke({ id: encodeId('RealtimeSession', random.pick(pending).id) });
  }

  async function suspendForAWhile(): Promise<void> {
    const user = someUser();
    if (shared.suspended.has(user)) return;
    shared.suspended.add(user);
    const suspend = {
      query: SUSPEND,
      input: { externalUserId: user, reason: 'chaos' },
      field: 'suspendUser',
    };
    let id: string | null = null;
    let from = 0;
    // Until it is acknowledged: a suspension whose answer was lost may have happened, and has to be ended too.
    while (id === null) {
      const asked = await ask(journal, { url: someReplica(), ...suspend });
      from = Date.now();
      id = asked.kind === 'answered' ? userIdOf(asked.result) : null;
      if (id === null) await delay(100);
    }
    await delay(random.int(200, 1500));
    journal.suspensions.push({ user, from, until: Date.now() });
    count(journal.answers, 'suspended');
    const reinstate = { query: REINSTATE, input: { id }, field: 'reinstateUser' };
    while ((await ask(journal, { url: someReplica(), ...reinstate })).kind !== 'answered') await delay(100);
    shared.suspended.delete(user);
  }

  return async () => {
    const act = random.weighted([
      [60, mintOnce],
      [20, mintKeyed],
      [10, repeatKey],
      [4, revokeRecent],
      [4, revokePending],
      [2, suspendForAWhile],
    ]);
    await act();
    await delay(random.int(10, 250));
  };
}

function userIdOf(result: unknown): string | null {
  if (typeof result !== 'object' || result === null || !('user' in result)) return null;
  const { user } = result;
  return typeof user === 'object' && user !== null && 'id' in user && typeof user.id === 'string'
    ? user.id
    : null;
}
