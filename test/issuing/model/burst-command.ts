import type fc from 'fast-check';
import { expect } from 'vitest';
import { compareUser } from './compare-user.ts';
import { type Model, reserve, userOf, type Wish } from './issuing-model.ts';
import { CREATE, gatewayOf, nameIn, type World } from './world.ts';

type Burst = {
  readonly user: string;
  readonly replica: number;
  readonly wish: Wish;
  readonly count: number;
};

/**
 * The same request many times at once, at both gateways. Which of them comes first is open; how many are granted is
 * not: as many as one after the other, and one for a key.
 */
export function burstCommand(burst: Burst): fc.AsyncCommand<Model, World> {
  return {
    check: () => true,
    toString: () => `burst(${JSON.stringify(burst)})`,
    async run(model, world) {
      const { user: name, wish, count, replica } = burst;
      const user = userOf(model, name);
      const verdicts = Array.from({ length: count }, () => reserve(model, user, wish));
      const granted = verdicts.flatMap((verdict) => (verdict.kind === 'reserved' ? [verdict.session] : []));

      const input = {
        externalUserId: nameIn(world, name),
        idempotencyKey: wish.key,
        expiresAfterSeconds: wish.ttl,
        model: wish.model,
        instructions: wish.instructions,
      };
      const answers = await Promise.all(
        verdicts.map((_, index) => gatewayOf(world, index % 2).ask(CREATE, { input })),
      );
      const results = answers.map(({ body }) => body.data?.createRealtimeSession ?? body);
      const issued = results.filter(({ __typename }) => __typename === 'CreateRealtimeSessionSuccess');
      expect(issued).toHaveLength(granted.length);
      expect(world.upstream.calls).toHaveLength(granted.length);

      for (const [index, session] of granted.entries()) {
        session.outcome = 'ISSUED';
        session.id = issued[index].session.id;
      }
      await compareUser(model, world, { user: name, replica });
    },
  };
}
