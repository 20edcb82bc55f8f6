/** A secret that somebody was given. */
export type Held = { readonly marker: string; readonly sessionId: string; readonly secret: string };

/** What an answer claims of a mint that gave no secret. */
export type Claim = {
  readonly marker: string;
  readonly sessionId: string;
  readonly status: string;
  readonly possiblyIssued: boolean;
  /** When the answer arrived. */
  readonly at: number;
};

/** From when a suspension was acknowledged until its end was asked for, by the clock that PostgreSQL reads too. */
export type Suspension = { readonly user: string; readonly from: number; readonly until: number };

/** What the clients were told, to be held against the ledger and the provider. */
export type Journal = {
  readonly held: Held[];
  readonly claims: Claim[];
  readonly suspensions: Suspension[];
  /** From when until when the database's clock was wrong. */
  readonly wrongClocks: { readonly from: number; until: number }[];
  /** Requests without a key that were refused before anything was minted: SERVICE_UNAVAILABLE, denials. */
  readonly nothingMinted: string[];
  /** How often each kind of answer was given. */
  readonly answers: Map<string, number>;
  /** Answers that nobody may ever get. */
  readonly unexpected: string[];
};

export function createJournal(): Journal {
  return {
    held: [],
    claims: [],
    suspensions: [],
    wrongClocks: [],
    nothingMinted: [],
    answers: new Map(),
    unexpected: [],
  };
}

export function count(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}
