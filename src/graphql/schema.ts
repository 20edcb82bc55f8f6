import './audit-events.ts';
import './create-api-key.ts';
import './create-application.ts';
import './create-realtime-session.ts';
import './identify-client-secret.ts';
import './node.ts';
import './realtime-session.ts';
import './realtime-sessions.ts';
import './report-usage.ts';
import './revoke-api-key.ts';
import './revoke-realtime-session.ts';
import './scalars.ts';
import './session-events.ts';
import './set-policy.ts';
import './erase-user.ts';
import './suspend-user.ts';
import './usage.ts';
import './user.ts';
import './users.ts';
import './viewer.ts';
import { defaultFieldResolver, type GraphQLSchema, isObjectType } from 'graphql';
import { builder } from './builder.ts';

/** The whole schema: every file above has added its nouns to the builder. */
export const schema = withoutPlainResolvers(builder.toSchema());

/** Leaves out resolvers that do no more than what is done without one: compiled queries then read the property itself. */
function withoutPlainResolvers(made: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(made.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields()))
      if (field.resolve === defaultFieldResolver) delete field.resolve;
  }
  return made;
}
