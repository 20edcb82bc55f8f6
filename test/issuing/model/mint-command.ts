import type fc from 'fast-check';
import { expect } from 'vitest';
import { compareUser } from './compare-user.ts';
import { expectRefusal } from './expect-refusal.ts';
import {
  type Failure,
  type Model,
  type ModelSession,
  reserve,
  userOf,
  type Verdict,
} from './issuing-model.ts';
import { arrange, type Mint, PROVIDER, unconfirmed } from './scenes.ts';
import { CREATE, gatewayOf, nameIn, recover, type World } from './world.ts';

/** One request for a session, with all that may happen to it. */
export function mintCommand(mint: Mint): fc.AsyncCommand<Model, World> {
  return {
    check: () => true,
    toString: () => `mint(${JSON.stringify(mint)})`,
    async run(model, world) {
      const user = userOf(model, mint.user);
      if (mint.meanwhile === 'reservation does not arrive') {
        void world.proxy.breakNext({ statement: 'reserve-session', at: 'statement' });
        expect((await ask(world, mint)).status).toBe(503);
        await recover(world);
        return compareUser(model, world, mint);
      }
      const verdict = reserve(model, user, mint.wish);
      if (mint.meanwhile === 'reservation is not confirmed') {
        void world.proxy.breakNext({ statement: 'reserve-session', at: 'answer' });
        expect((await ask(world, mint)).status).toBe(503);
        expect(world.upstream.calls).toHaveLength(0);
        await recover(world);
        return compareUser(model, world, mint);
      }
      if (verdict.kind === 'reserved') await expectOutcome(model, world, mint, verdict);
      else {
        expectRefusal(model, verdict, (await ask(world, mint)).body.data?.createRealtimeSession);
        expect(world.upstream.calls, 'a refused request reached the provider').toHaveLength(0);
      }
      await compareUser(model, world, mint);
    },
  };
}

async function ask(world: World, { user, wish, replica }: Mint) {
  return gatewayOf(world, replica).ask(CREATE, {
    input: {
      externalUserId: nameIn(world, user),
      idempotencyKey: wish.key,
      expiresAfterSeconds: wish.ttl,
      model: wish.model,
      instructions: wish.instructions,
    },
  });
}

async function expectOutcome(
  model: Model,
  world: World,
  mint: Mint,
  { session }: Extract<Verdict, { kind: 'reserved' }>,
): Promise<void> {
  const [reply] = PROVIDER[mint.provider];
  await arrange(world, mint, reply);
  const { body } = await ask(world, mint);
  const answer = body.data?.createRealtimeSession ?? body;
  if (mint.meanwhile.startsWith('ledger goes') || mint.meanwhile.startsWith('settling')) await recover(world);
  expect(world.upstream.calls).toHaveLength(1);

  const told = outcomeOf(model, mint, session);
  session.id = answer.session?.id ?? answer.attempt?.id ?? null;
  if (told === null) {
    const { value } = world.upstream.minted[0] ?? {};
    expect(answer).toMatchObject({ __typename: 'CreateRealtimeSessionSuccess', clientSecret: { value } });
    return;
  }
  const { kind, code, retryable, possiblyIssued } = told;
  expect(answer).toMatchObject({
    __typename: 'UpstreamError',
    retryable,
    possiblyIssued,
    attempt: { status: kind, failure: { code } },
  });
  expect(JSON.stringify(body)).not.toContain(world.upstream.minted[0]?.value ?? 'ek_');
}

type Told = Failure & { readonly kind: 'FAILED' | 'UNCONFIRMED' };

/** What the record says from now on, and what the client is told: null for a secret. */
function outcomeOf(model: Model, { user, provider, meanwhile }: Mint, session: ModelSession): Told | null {
  const [, failure] = PROVIDER[provider];
  const record = ({ kind, ...rest }: Told) => {
    session.outcome = kind;
    session.failure = rest;
  };
  if (meanwhile === 'suspended') userOf(model, user).suspended = true;
  if (meanwhile === 'revoked') session.revoked = true;
  const unseen = { kind: 'UNCONFIRMED', ...unconfirmed('not_recorded') } as const;

  if (failure !== null) {
    // There is only one try to write a failure down; what is known of it is told all the same.
    const written = !['settling does not arrive', 'ledger goes before settling'].includes(meanwhile);
    if (written) record(failure);
    const seen = written && !meanwhile.startsWith('settling') && !meanwhile.startsWith('ledger');
    return seen ? failure : { ...failure, kind: 'UNCONFIRMED' };
  }
  switch (meanwhile) {
    case 'revoked':
    case 'suspended': {
      const withdrawn = { ...unseen, code: 'withdrawn', retryable: false };
      record(withdrawn);
      return withdrawn;
    }
    case 'settling does not arrive':
      record(unseen);
      return unseen;
    case 'ledger goes before settling':
      return unseen;
    case 'ledger goes after settling':
      // Written, and every way to find that out cut off: the secret is dropped, and its slot stays taken.
      session.outcome = 'ISSUED';
      return unseen;
    default:
      session.outcome = 'ISSUED';
      return null;
  }
}
