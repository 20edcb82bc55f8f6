/** Counts the entries on all pages of a listing, up to `upTo`. Called only when totalCount is selected. */
export type Count = (upTo: number | null) => Promise<number>;
