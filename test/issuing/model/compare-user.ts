import { expect } from 'vitest';
import { failureOf, type Model, quotasOf, statusOf, userOf } from './issuing-model.ts';
import { readUser, type World } from './world.ts';

/** What both gateways say of a user and its sessions, held against the model. */
export async function compareUser(
  model: Model,
  world: World,
  { user: name, replica }: { readonly user: string; readonly replica: number },
): Promise<void> {
  world.upstream.reset();
  const user = userOf(model, name);
  const known = user.sessions.filter(({ id }) => id !== null);
  // Told by the one that did not do it.
  const read = await readUser(
    world,
    1 - replica,
    name,
    known.map(({ id }) => String(id)),
  );
  const expected = user.known
    ? {
        suspendedAt: user.suspended ? expect.any(String) : null,
        quotas: quotasOf(model, user).map(({ quota, limit, used }) => ({ quota, limit, used })),
      }
    : null;
  if (expected === null) expect(read.user).toBeNull();
  else expect(read.user).toMatchObject(expected);
  expect(read.nodes).toEqual(
    known.map((session) => {
      const failure = failureOf(model, session);
      return { status: statusOf(model, session), failure: failure === null ? null : { code: failure.code } };
    }),
  );
}
