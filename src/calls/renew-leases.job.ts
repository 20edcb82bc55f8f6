import type { CallStore, Owner } from './call-store.ts';

type RenewPorts = {
  readonly store: Pick<CallStore, 'renewLeases'>;
  readonly owner: Owner;
  readonly held: ReadonlySet<string>;
  /** Called for each call that is another gateway's now, or has ended. */
  readonly letGo: (id: string) => void;
};

/** Keeps the calls of this gateway its own, in one statement. @throws UnavailableError: it watches them all the same */
export async function renewHeldLeases({ store, owner, held, letGo }: RenewPorts): Promise<void> {
  const ids = [...held];
  if (ids.length === 0) return;
  const kept = new Set(await store.renewLeases(ids, owner));
  for (const id of ids) if (!kept.has(id) && held.has(id)) letGo(id);
}
