/** US dollars, as exact decimals: per million tokens of a kind, or per minute of audio that was transcribed. */
export type PriceKind =
  | 'textInput'
  | 'cachedTextInput'
  | 'textOutput'
  | 'audioInput'
  | 'cachedAudioInput'
  | 'audioOutput'
  | 'imageInput'
  | 'cachedImageInput'
  | 'minute';

/** What some models cost from a moment on. A kind that is left out has no known price. */
export type Price = { readonly [K in PriceKind]?: string | undefined } & {
  readonly models: readonly string[];
  /** The first day in UTC, "2026-09-01". */
  readonly from: string;
};

export type PriceList = readonly Price[];
