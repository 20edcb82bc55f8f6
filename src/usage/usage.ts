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
  /** An exact decimal: "12.34". */
  readonly transcriptionSeconds: string;
};

export const NO_NUMBERS: UsageNumbers = {
  ...{ inputTextTokens: 0, inputAudioTokens: 0, inputImageTokens: 0 },
  ...{ cachedTextTokens: 0, cachedAudioTokens: 0, cachedImageTokens: 0 },
  ...{ outputTextTokens: 0, outputAudioTokens: 0, totalTokens: 0 },
  transcriptionSeconds: '0',
};

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
};

/** Who reported: the user's own client, or an application. An application's numbers replace a client's. */
export type UsageSource = 'CLIENT' | 'APPLICATION';

/**
 * How many reports of a session are kept of each source. An hour of talking has some hundred responses and transcribed
 * items; one secret can open several sessions.
 */
export const MAX_REPORTS: Readonly<Record<UsageSource, number>> = { CLIENT: 2000, APPLICATION: 10_000 };

/** The cost of a record, and the price it was computed by. */
export type PaidBy = { readonly cost: string; readonly price: JsonObject };

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
};
