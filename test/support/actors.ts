import { scopes } from '../../src/authorization/actor.ts';

/** Who the tests of the ledger's functions act as. */
export const OPERATOR = { kind: 'operator', name: 'root', scopes, via: 'root key' } as const;
