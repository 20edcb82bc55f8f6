import type { RecordOf } from './actions.ts';

/** A request of a known caller that its scopes or its reach forbid. It is recorded like a change. */
export type Denial =
  | RecordOf<'access.denied'>
  | (RecordOf<'session.denied'> & { readonly detail: { readonly reason: 'forbidden' } });

/** @throws UnavailableError when it may not have been written */
export type RecordDenial = (denial: Denial) => Promise<void>;
