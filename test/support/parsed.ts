/** JSON that was sent or answered. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into JSON whose shape is what they assert
export type Parsed = any;
