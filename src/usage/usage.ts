import type { JsonObject } from '../platform/validation/json.ts';

/** Tokens by kind, as they are priced. Cached tokens are also counted as input. */
export const tokenKinds = [
  'inputTextTokens',
  'inputAudioTokens',
  'inputImageTokens',
  'cachedTextTokens',
  'cachedAudioTokens',
  'cachedImageTokens',
  'outputTextTokens',
  'outputAudioTokens',
] as const;
export type TokenKind = (typeof tokenKinds)[number];

/** The usage of one response, or of one transcribed item. */
export type UsageNumbers = { readonly [K in TokenKind]: number } & {
  readonly totalTokens: number;
  /** Audio that is billed by duration. An exact decimal: "12.34". */
  readonly transcriptionSeconds: string;
};

export const NO_NUMBERS: UsageNumbers = {
  ...{ inputTextTokens: 0, inputAudioTokens: 0, inputImageTokens: 0 },
  ...{ cachedTextTokens: 0, cachedAudioTokens: 0, cachedImageTokens: 0 },
  ...{ outputTextTokens: 0, outputAudioTokens: 0, totalTokens: 0 },
  transcriptionSeconds: '0',
};

/** Tokens whose kind is not told. Cached ones are part of the input, of whichever kind. */
export type Unsplit = { readonly input: number; readonly cached: number; readonly output: number };
export const NO_UNSPLIT: Unsplit = { input: 0, cached: 0, output: 0 };

/** What a report says: numbers by kind, of which only the total counts what is unsplit, and what it leaves open. */
export type ReportedNumbers = { readonly stated: UsageNumbers; readonly unsplit: Unsplit };

export const MAX_UNPRICED_MODELS = 20;

/** Sums over records. Costs are exact decimals in US dollars. */
export type UsageTotals = { readonly [K in TokenKind]: number } & {
  readonly reported: boolean;
  readonly responses: number;
  readonly totalTokens: number;
  /** An exact decimal. */
  readonly transcriptionSeconds: string;
  /** Null when a model without a known price contributed. */
  readonly costUsd: string | null;
  readonly costKnownUsd: string;
  /** The first models without a known price, at most MAX_UNPRICED_MODELS, by name. */
  readonly costUnknownFor: readonly string[];
  /** How many models beyond those have no known price. */
  readonly costUnknownForMore: number;
  /** The number of responses without a known price. */
  readonly unpriced: number;
  /** The part of costKnownUsd that is an upper bound. */
  readonly costEstimatedUsd: string;
};

/**
 * Who reported: the user's own client, or an application. An application's numbers replace a client's. Of a call that the
 * gateway watches, the provider itself does, and nobody else.
 */
export type UsageSource = 'CLIENT' | 'APPLICATION' | 'PROVIDER';

/**
 * How many reports of a session are kept of each source. An hour of talking has some hundred responses and transcribed
 * items; one secret can open several sessions.
 */
export const MAX_REPORTS: Readonly<Record<UsageSource, number>> = {
  CLIENT: 2000,
  APPLICATION: 10_000,
  PROVIDER: 10_000,
};

/** The cost of a record, and the price it was computed by. `estimated`: the cost is an upper bound. */
export type PaidBy = { readonly cost: string; readonly price: JsonObject; readonly estimated: boolean };

/** What one response of a session used, as it is written. */
export type UsageRecord = {
  readonly sessionId: string;
  readonly responseId: string;
  readonly source: UsageSource;
  readonly model: string;
  readonly at: Date;
  readonly numbers: UsageNumbers;
  /** The provider's object as it was reported, with credentials redacted. */
  readonly usage: JsonObject;
  /** Null when no price is known. */
  readonly paidBy: PaidBy | null;
  /** Whether it takes the place of what was reported before, instead of being in conflict with it. */
  readonly replaces: boolean;
};

export const NO_USAGE: UsageTotals = {
  reported: false,
  responses: 0,
  inputTextTokens: 0,
  inputAudioTokens: 0,
  inputImageTokens: 0,
  cachedTextTokens: 0,
  cachedAudioTokens: 0,
  cachedImageTokens: 0,
  outputTextTokens: 0,
  outputAudioTokens: 0,
  totalTokens: 0,
  transcriptionSeconds: '0',
  costUsd: '0',
  costKnownUsd: '0',
  costUnknownFor: [],
  costUnknownForMore: 0,
  unpriced: 0,
  costEstimatedUsd: '0',
};
