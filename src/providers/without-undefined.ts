type Defined = NonNullable<unknown> | null;

/** The fields without those that are undefined: on the wire and in an AnsweredConfig, absent and null differ. */
export function withoutUndefined<T extends object>(fields: T): { [K in keyof T]?: T[K] & Defined } {
  const kept: { [K in keyof T]?: T[K] & Defined } = {};
  for (const key in fields) {
    const value = fields[key];
    if (value !== undefined) kept[key] = value;
  }
  return kept;
}

/** The same, or undefined when nothing is left: an empty section is not sent. */
export function withoutUndefinedOrEmpty<T extends object>(fields: T) {
  const kept = withoutUndefined(fields);
  return Object.keys(kept).length > 0 ? kept : undefined;
}
