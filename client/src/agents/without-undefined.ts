type Defined = NonNullable<unknown> | null;

/** Leaves out undefined fields. Null fields stay: null and absent differ in OpenAI's parameters. */
export function withoutUndefined<T extends object>(fields: T): { [K in keyof T]?: T[K] & Defined } {
  const defined: { [K in keyof T]?: T[K] & Defined } = {};
  for (const key in fields) {
    const value = fields[key];
    if (value !== undefined) defined[key] = value;
  }
  return defined;
}

/** The same, but undefined when no field is left, so that an empty object is not sent. */
export function withoutUndefinedOrEmpty<T extends object>(fields: T) {
  const defined = withoutUndefined(fields);
  return Object.keys(defined).length > 0 ? defined : undefined;
}
