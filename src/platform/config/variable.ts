import { z } from 'zod';

/** Variables by the key of the configuration that they fill; a group of variables fills a nested object. */
export type Variables = Readonly<Record<string, z.ZodType>>;

/** What is wrong with a variable; never with its value. */
export type Problem = { readonly variable: string; readonly message: string };

const names = new WeakMap<z.ZodType, string>();
const groups = new WeakMap<z.ZodType, Variables>();

/**
 * A variable of the environment.
 * @param schema reads its text, and has its default
 * @param doc the text that .env.example prints
 */
export function variable<Schema extends z.ZodType>(name: string, schema: Schema, doc: string): Schema {
  // describe() copies, so that two variables of one schema keep their own names.
  const described = schema.describe(doc);
  names.set(described, name);
  return described;
}

/** Variables that fill a nested object of the configuration. */
export function group<const Members extends Variables>(members: Members) {
  const schema = z.object(members);
  groups.set(schema, members);
  return schema;
}

export function nameOf(schema: z.ZodType): string {
  const name = names.get(schema);
  if (name === undefined) throw new Error('This schema is not a variable');
  return name;
}

/** All variables, those of groups included, by name and in their order. */
export function byName(variables: Variables): Record<string, z.ZodType> {
  return Object.fromEntries(
    Object.values(variables).flatMap((schema) => {
      const members = groups.get(schema);
      return members === undefined ? [[nameOf(schema), schema]] : Object.entries(byName(members));
    }),
  );
}

/** The environment's texts in the shape of `variables`, as z.object(variables) reads them. */
export function arrange(
  variables: Variables,
  env: Readonly<Record<string, string | undefined>>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(variables).map(([key, schema]) => {
      const members = groups.get(schema);
      return [key, members === undefined ? env[nameOf(schema)] : arrange(members, env)];
    }),
  );
}

/** The name of the variable that a zod issue is about. */
export function nameAt(variables: Variables, [key, ...rest]: readonly PropertyKey[]): string {
  const schema = variables[String(key)];
  if (schema === undefined) throw new Error('There is no variable at this path');
  const members = groups.get(schema);
  return members === undefined ? nameOf(schema) : nameAt(members, rest);
}
