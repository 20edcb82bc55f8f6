import type { GraphQLError } from 'graphql';

/**
 * What is wrong with a value, to follow its path: the same for a literal and for a variable, and without the value. The names
 * in it are those of the schema.
 * @param error of graphql-js, which may repeat the value, or of a scalar of ours, which does not
 */
export function problemOf({ message }: GraphQLError): string {
  // Only our scalars begin like this.
  if (message.startsWith('must ')) return `${message}.`;
  const missing = /^Field "(?:\w+\.)?(\w+)" of required type "[\w![\]]+" was not provided\.$/.exec(message);
  if (missing) return `lacks the field ${missing[1]}.`;
  if (/^Exactly one key must be specified for OneOf type "\w+"\.$/.test(message)) return ONE_OF;
  if (/^OneOf Input Object "\w+" must specify exactly one key\.$/.test(message)) return ONE_OF;
  if (/^Field ".*" is not defined by type "\w+"\./s.test(message)) return 'has a field that is not known.';
  if (/^Expected non-nullable type "[\w![\]]+" not to be null\.$/.test(message)) return NOT_NULL;
  if (/^Field "\w+" must be non-null\.$/.test(message)) return NOT_NULL;
  if (/^Expected value of type "[\w![\]]+", found null\.$/.test(message)) return NOT_NULL;
  const type = WRONG_TYPES.map((pattern) => pattern.exec(message)?.[1]).find((name) => name !== undefined);
  return type === undefined ? 'has an invalid value.' : `must be of type "${type}".`;
}

/** Each finds the name of the type, before what the client sent, or behind the last of it. */
const WRONG_TYPES = [
  /^(\w+) cannot represent /,
  /^Enum "(\w+)" cannot represent /,
  /^Value ".*" does not exist in "(\w+)" enum\.$/s,
  /^Expected value of type "\[*(\w+)[!\]]*", found /,
  /^Expected type "(\w+)"/,
];

export const NOT_NULL = 'must not be null.';
const ONE_OF = 'must name exactly one of its fields.';
