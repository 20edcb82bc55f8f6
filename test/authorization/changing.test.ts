import { beforeAll, describe, expect, test } from 'vitest';
import { use } from '../support/fixture.ts';
import {
  distinctCallers,
  fullerThan,
  named,
  opens,
  type Standing,
  standingOf,
  viewpointOf,
} from './callers.ts';
import { openingOf, type RecordType } from './intended-table.ts';
import { changes, fieldSelections } from './paths.ts';
import { type Fact, idOf, isVisible, missingBeside } from './records.ts';
import { type Exchange, REFUSED, startWorld } from './world.ts';

const world = use(startWorld, ({ close }) => close());
let facts: readonly Fact[];

beforeAll(async () => {
  facts = await world.facts();
});

type Change = {
  readonly name: string;
  readonly inputType: string;
  /** What kind of record its input names by id, if any; what nobody sees is not there to be changed. */
  readonly names: RecordType | null;
  readonly input: (id: string, caller: string) => Record<string, unknown>;
  /** Member of the result, with the fields that lead to a record, and the kind that each leads to. */
  readonly success: string;
  readonly leads: Readonly<Record<string, RecordType>>;
};

/** What an input names: a record, or one that is missing; null where it names none. */
type Named = Fact | 'missing' | null;

let unique = 0;

/** How each mutation is asked for. What it changes is the same each time, so that one world serves all callers. */
const CHANGES: readonly Change[] = [
  {
    name: 'createRealtimeSession',
    inputType: 'CreateRealtimeSessionInput',
    names: null,
    // People name nobody; of programs one that each sees through its session.
    input: (_id, caller) => (standingOf(caller).kind === 'end user' ? {} : { externalUserId: 'frank' }),
    success: 'CreateRealtimeSessionSuccess',
    leads: { session: 'RealtimeSession' },
  },
  {
    name: 'createRealtimeSession',
    inputType: 'CreateRealtimeSessionInput',
    names: null,
    input: (_id, caller) => ({
      ...(standingOf(caller).kind === 'end user' ? {} : { externalUserId: 'frank' }),
      instructions: REFUSED,
    }),
    success: 'UpstreamError',
    leads: { session: 'RealtimeSession' },
  },
  {
    name: 'revokeRealtimeSession',
    inputType: 'RevokeRealtimeSessionInput',
    names: 'RealtimeSession',
    input: (id) => ({ id }),
    success: 'RevokeRealtimeSessionSuccess',
    leads: { session: 'RealtimeSession' },
  },
  {
    name: 'endRealtimeCall',
    inputType: 'EndRealtimeCallInput',
    names: 'RealtimeCall',
    input: (id) => ({ id }),
    success: 'EndRealtimeCallSuccess',
    leads: { call: 'RealtimeCall' },
  },
  {
    name: 'reportUsage',
    inputType: 'ReportUsageInput',
    names: 'RealtimeSession',
    input: (sessionId) => ({
      sessionId,
      responseId: 'resp_1',
      usage: { input_tokens: 1, input_token_details: { text_tokens: 1 } },
    }),
    success: 'ReportUsageSuccess',
    leads: { session: 'RealtimeSession' },
  },
  {
    name: 'identifyClientSecret',
    inputType: 'IdentifyClientSecretInput',
    // By its secret; what is missing was never handed out.
    names: 'RealtimeSession',
    input: (id) => ({ secret: world.secretOf(id) ?? 'ek_of_nobody_0123456789' }),
    success: 'IdentifyClientSecretSuccess',
    leads: { session: 'RealtimeSession' },
  },
  ...['suspendUser', 'reinstateUser', 'eraseUser'].map((name) => ({
    name,
    inputType: `${name[0]?.toUpperCase()}${name.slice(1)}Input`,
    names: 'User' as const,
    input: (id: string) => ({ id }),
    success: 'UserSuccess',
    leads: { user: 'User' } as const,
  })),
  {
    name: 'setPolicy',
    inputType: 'SetPolicyInput',
    names: 'Application',
    input: (applicationId) => ({ applicationId, maxTtlSeconds: 7000 }),
    success: 'SetPolicySuccess',
    leads: { application: 'Application' },
  },
  {
    name: 'setPolicy',
    inputType: 'SetPolicyInput',
    names: 'User',
    input: (userId) => ({ userId, maxTtlSeconds: 7000 }),
    success: 'SetPolicySuccess',
    leads: { user: 'User' },
  },
  {
    name: 'createApplication',
    inputType: 'CreateApplicationInput',
    names: null,
    input: () => {
      unique += 1;
      return { name: `made ${unique}` };
    },
    success: 'CreateApplicationSuccess',
    leads: { application: 'Application' },
  },
  {
    name: 'createApiKey',
    inputType: 'CreateApiKeyInput',
    names: 'Application',
    input: (applicationId) => ({ applicationId, name: 'made', scopes: [] }),
    success: 'CreateApiKeySuccess',
    leads: { apiKey: 'ApiKey' },
  },
  {
    name: 'revokeApiKey',
    inputType: 'RevokeApiKeyInput',
    names: 'ApiKey',
    input: (id) => ({ id }),
    success: 'RevokeApiKeySuccess',
    leads: { apiKey: 'ApiKey' },
  },
];
/** Its members are asked for where a repeated key makes one. */
const ELSEWHERE = ['SecretAlreadyIssuedError.session'];

test('every mutation, and every member of a result that leads to a record, is among what is tried', () => {
  const tried = CHANGES.flatMap(({ success, leads }) =>
    Object.keys(leads).map((name) => `${success}.${name}`),
  );
  const inSchema = changes.flatMap(({ leads }) => leads);
  expect([...new Set([...tried, ...ELSEWHERE])].toSorted()).toEqual([...new Set(inSchema)].toSorted());
  expect(new Set(CHANGES.map(({ name }) => `Mutation.${name}`))).toEqual(
    new Set(changes.map(({ coordinate }) => coordinate)),
  );
});

describe('everybody changes what the table says, and reads of it what the table says', () => {
  test.each(distinctCallers)('%s', async (caller) => {
    const tried = await Promise.all(CHANGES.map((change) => tryOut(caller, change)));
    expect(tried.flat()).toEqual([]);
  });
});

describe('a session that was asked for twice', () => {
  const KEY = `mutation ($input: CreateRealtimeSessionInput!) {
    createRealtimeSession(input: $input) {
      __typename ... on SecretAlreadyIssuedError { session { id user { externalId } } }
      ... on CreateRealtimeSessionSuccess { clientSecret { value } }
    }
  }`;

  test('is read by whoever repeats the key, and by nobody else', async () => {
    const input = { externalUserId: 'grace', idempotencyKey: 'grace-1' };
    const ask = async (caller: string, given: object = input) =>
      (await world.ask(caller, KEY, { input: given })).body.data.createRealtimeSession;
    expect(await ask('key with only SESSIONS_CREATE')).toMatchObject({
      __typename: 'CreateRealtimeSessionSuccess',
    });
    for (const caller of ['key with only SESSIONS_CREATE', 'key of A with all scopes'])
      expect(await ask(caller)).toMatchObject({
        __typename: 'SecretAlreadyIssuedError',
        session: { user: { externalId: 'grace' } },
      });
    // Another application's, an operator's and a person's keys are their own.
    for (const caller of ['key of B with all scopes', 'operator with all scopes', 'root key'])
      expect(await ask(caller)).toMatchObject({ __typename: 'CreateRealtimeSessionSuccess' });
    expect(await ask('end user alice', { idempotencyKey: 'grace-1' })).toMatchObject({
      __typename: 'CreateRealtimeSessionSuccess',
    });
  });
});

describe('an end user', () => {
  test.each(['bob', 'nobody-at-all', 'ALICE', ' alice'])(
    'asks for nobody else: %j',
    async (externalUserId) => {
      const { status, body } = await world.ask(
        'end user alice',
        `mutation ($input: CreateRealtimeSessionInput!) { createRealtimeSession(input: $input) { __typename } }`,
        { input: { externalUserId } },
      );
      expect({ status, data: body.data }).toEqual({ status: 403, data: null });
      expect(body.errors[0].extensions.code).toBe('FORBIDDEN');
    },
  );
});

/** Every record that it could name, and one that is missing; null where it names none. */
function targetsOf({ names }: Change): readonly Named[] {
  if (names === null) return [null];
  return [...facts.filter(({ type, name }) => type === names && isSpare(type, name)), 'missing'];
}

/** Neither the keys of the callers nor the people among them: what is done to those would tell on what they can do. */
function isSpare(type: RecordType, name: string): boolean {
  if (type === 'ApiKey') return ['revoked', 'expired'].includes(name);
  return type !== 'User' || !['alice', 'bob'].includes(name);
}

/** Asks for a change of every target, then again for each field of what it leads to; what was not as the table says. */
async function tryOut(caller: string, change: Change) {
  const [standing, fuller] = [standingOf(caller), fullerThan(caller)];
  const should = (target: Named) => intended(change, standing, target);
  const all = targetsOf(change);
  const successes = all.filter((one) => should(one) === change.success);
  const decided = all.filter((one) => fuller === null || should(one) !== intended(change, fuller, one));
  // What its scope does not decide is asked once.
  const targets = decided.length > 0 ? decided : [...successes, ...all].slice(0, 1);
  const changed = await Promise.all(
    targets.map(async (target) => {
      const was = outcomeOf(change, await send(caller, change, target, '__typename'));
      return { change: change.name, target, was, should: should(target) };
    }),
  );
  const wrong = changed.filter((one) => one.was !== one.should);
  const [target] = successes;
  if (target === undefined) return wrong;
  const read = Object.entries(change.leads).map(([member, type]) =>
    readMember(caller, change, target, member, type),
  );
  return [...wrong, ...(await Promise.all(read)).flat()];
}

function intended({ name, names, success }: Change, standing: Standing, target: Named) {
  if (standing.kind === 'nobody') return 'UNAUTHENTICATED';
  if (!opens(openingOf(`Mutation.${name}`), standing)) return 'FORBIDDEN';
  const viewpoint = viewpointOf(standing, facts);
  // Limits of a user apply through all applications: they are not one application's to set.
  if (name === 'setPolicy' && names === 'User' && viewpoint?.reach !== 'EVERYTHING') return 'FORBIDDEN';
  if (target === null) return success;
  // Without the scope an application reports on its own sessions, however far it reads.
  if (name === 'reportUsage' && standing.kind === 'application' && !standing.scopes.includes('USAGE_WRITE')) {
    const { uuid } = named(facts, 'Application', standing.application);
    if (target === 'missing' || target.application !== uuid) return 'NotFoundError';
    return reported(target, success);
  }
  const there = target !== 'missing' && viewpoint !== null && isVisible(target, viewpoint, facts);
  if (!there) return 'NotFoundError';
  return name === 'reportUsage' ? reported(target, success) : success;
}

/** Of a session with a call the provider itself reports, and nobody else. */
function reported(session: Fact, success: string): string {
  const isBrokered = facts.some(({ type, uuid }) => type === 'RealtimeCall' && uuid === session.uuid);
  return isBrokered ? 'InvalidInputError' : success;
}

async function readMember(caller: string, change: Change, target: Named, member: string, type: RecordType) {
  const standing = standingOf(caller);
  const ask = async (selection: string) => {
    const answer = await send(
      caller,
      change,
      target,
      `... on ${change.success} { ${member} { ${selection} } }`,
    );
    // Without an error it must be there: what is null opens nothing.
    return outcomeOf(change, answer) ?? (answer.body.data[change.name][member] ? 'open' : 'null');
  };
  const opensField = (coordinate: string, who: Standing) =>
    opens(openingOf(`${change.success}.${member}`), who) && opens(openingOf(coordinate), who);
  const { open = [], shut = [] } = Object.groupBy(fieldSelections(type), ({ coordinate }) =>
    opensField(coordinate, standing) ? 'open' : 'shut',
  );
  const fuller = fullerThan(caller);
  const decided = shut.filter(({ coordinate }) => fuller === null || opensField(coordinate, fuller));
  const asked = [
    ...(open.length === 0 ? [] : [{ text: open.map(({ text }) => text).join(' '), should: 'open' }]),
    ...decided.map(({ text }) => ({ text, should: 'FORBIDDEN' })),
  ];
  const answered = await Promise.all(
    asked.map(async ({ text, should }) => ({ text, should, was: await ask(text) })),
  );
  return answered
    .filter(({ was, should }) => was !== should)
    .map((different) => ({ change: change.name, member, ...different }));
}

function send(
  caller: string,
  { name, names, inputType, input }: Change,
  target: Named,
  selection: string,
): Promise<Exchange> {
  const known = facts.find(({ type }) => type === names);
  const id =
    target === 'missing' ? (known === undefined ? '' : missingBeside(known)) : target && idOf(target);
  return world.ask(caller, `mutation ($input: ${inputType}!) { ${name}(input: $input) { ${selection} } }`, {
    input: input(id ?? '', caller),
  });
}

/** The code of the errors, else the typename of the result if it was asked for. */
function outcomeOf({ name }: Change, { body }: Exchange): string | null {
  const codes = new Set(
    (body.errors ?? []).map((error: { extensions: { code: string } }) => error.extensions.code),
  );
  return codes.size > 0 ? [...codes].join(' and ') : (body.data[name].__typename ?? null);
}
