import type fc from 'fast-check';
import { expect } from 'vitest';
import { compareUser } from './compare-user.ts';
import { type Model, type Overrides, revoke, userOf } from './issuing-model.ts';
import { gatewayOf, letTimePass, mutate, nameIn, readUser, type World } from './world.ts';

type Command = fc.AsyncCommand<Model, World>;
type Whom = { readonly user: string; readonly replica: number };

/** Revokes one of the sessions that a client knows of, by its place among them. */
export function revokeCommand(whom: Whom, place: number): Command {
  const known = (model: Readonly<Model>) =>
    (model.users.get(whom.user)?.sessions ?? []).filter(({ id }) => id !== null);
  return {
    check: (model) => known(model).length > 0,
    toString: () => `revoke(${JSON.stringify({ ...whom, place })})`,
    async run(model, world) {
      const sessions = known(model);
      const session = sessions[place % sessions.length];
      if (session === undefined) return;
      revoke(model, session);
      const answer = await mutate(
        gatewayOf(world, whom.replica),
        'revokeRealtimeSession',
        'RevokeRealtimeSessionInput',
        { id: session.id },
      );
      expect(answer).toBe('RevokeRealtimeSessionSuccess');
      await compareUser(model, world, whom);
    },
  };
}

export function suspendCommand(whom: Whom): Command {
  return {
    check: () => true,
    toString: () => `suspend(${JSON.stringify(whom)})`,
    async run(model, world) {
      Object.assign(userOf(model, whom.user), { known: true, suspended: true });
      const input = { externalUserId: nameIn(world, whom.user) };
      const answer = await mutate(gatewayOf(world, whom.replica), 'suspendUser', 'SuspendUserInput', input);
      expect(answer).toBe('UserSuccess');
      await compareUser(model, world, whom);
    },
  };
}

export function reinstateCommand(whom: Whom): Command {
  return {
    check: (model) => model.users.get(whom.user)?.known === true,
    toString: () => `reinstate(${JSON.stringify(whom)})`,
    async run(model, world) {
      userOf(model, whom.user).suspended = false;
      const { user } = await readUser(world, whom.replica, whom.user, []);
      const answer = await mutate(gatewayOf(world, whom.replica), 'reinstateUser', 'ReinstateUserInput', {
        id: user.id,
      });
      expect(answer).toBe('UserSuccess');
      await compareUser(model, world, whom);
    },
  };
}

/** A field that is left out stays as it is. */
export function setPolicyCommand(whom: Whom, changes: Overrides): Command {
  return {
    check: () => true,
    toString: () => `setPolicy(${JSON.stringify({ ...whom, changes })})`,
    async run(model, world) {
      const user = userOf(model, whom.user);
      user.known = true;
      user.overrides = { ...user.overrides, ...changes };
      const input = { externalUserId: nameIn(world, whom.user), ...changes };
      const answer = await mutate(gatewayOf(world, whom.replica), 'setPolicy', 'SetPolicyInput', input);
      expect(answer).toBe('SetPolicySuccess');
      await compareUser(model, world, whom);
    },
  };
}

/** Secrets expire, windows pass, deadlines too. */
export function waitCommand(whom: Whom, seconds: number): Command {
  return {
    check: () => true,
    toString: () => `wait(${seconds})`,
    async run(model, world) {
      model.now += seconds;
      await letTimePass(world, seconds);
      await compareUser(model, world, whom);
    },
  };
}
