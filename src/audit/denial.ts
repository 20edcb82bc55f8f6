import type { JsonObject } from '../platform/validation/json.ts';

/** What somebody was refused because it is not for them. It is recorded like a change. */
export type Denial = {
  readonly action: 'access.denied' | 'session.denied';
  readonly detail: JsonObject;
};

/** @throws UnavailableError when it may not have been written */
export type RecordDenial = (denial: Denial) => Promise<void>;
