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
  return 'has an invalid value.';
}

export const NOT_NULL = 'must not be null.';
const ONE_OF = 'must name exactly one of its fields.';
