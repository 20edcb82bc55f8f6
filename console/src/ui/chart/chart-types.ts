/** Colours that are told apart in both themes, by what they stand for or by number. */
export const colours = [
  'good',
  'bad',
  'doubtful',
  'waiting',
  'refused',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'other',
] as const;
export type Colour = (typeof colours)[number];

/** What the bars are stacked of, from the bottom up. */
export type Series = { readonly key: string; readonly name: string; readonly colour: Colour };

/** The part of one series in a column. */
export type Part = {
  /** How high it is drawn. */
  readonly height: number;
  /** What it is, exactly, with its unit. */
  readonly text: string;
};

export type Column = {
  readonly key: string;
  /** Under the axis, short. */
  readonly tick: string;
  /** In full, e.g. "Sunday 29 November 2026, 14:00". */
  readonly name: string;
  /** One for each series, in their order. */
  readonly parts: readonly Part[];
  /** What all parts come to, exactly, with its unit. */
  readonly total: string;
  /** What the bar does not show, e.g. that costs are missing. It is marked. */
  readonly note?: string | undefined;
};
