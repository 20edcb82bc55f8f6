import type { JsonObject } from '../platform/validation/json.ts';

/** Tokens by kind, as they are priced. Cached ones are among the input. */
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

/** What one response, or one transcribed item, used. */
export type UsageNumbers = { readonly [K in TokenKind]: number } & {
  readonly totalTokens: number;
  /** An exact decimal: "12.34". */
  readonly transcriptionSeconds: string;
};

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
  readonly costUnknownFor: readonly string[];
  /** How many of the responses have no known price. */
  readonly unpriced: number;
};

/** Who reported: the user's own client, or an application. The application's numbers replace the client's. */
export type UsageSource = 'CLIENT' | 'APPLICATION';

/** What a record was paid by. */
export type PaidBy = { readonly cost: string; readonly price: JsonObject };

export type UsageReportInput = {
  readonly sessionId: string;
  readonly responseId: string;
  readonly source: UsageSource;
  readonly model: string;
  readonly at: Date;
  readonly numbers: UsageNumbers;
  /** As it was reported, credentials replaced. */
  readonly usage: JsonObject;
  /** Null: no price is known. */
  readonly paidBy: PaidBy | null;
};

export type UsageVerdict =
  | 'reported'
  | 'already'
  | 'conflict'
  | 'not_found'
  | 'not_issued'
  | 'before_issue'
  | 'in_future'
  | 'after_exposure';

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
  unpriced: 0,
};
