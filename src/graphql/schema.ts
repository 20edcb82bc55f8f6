import './audit-events.ts';
import './create-api-key.ts';
import './create-application.ts';
import './create-realtime-session.ts';
import './end-realtime-call.ts';
import './erase-user.ts';
import './gateway.ts';
import './identify-client-secret.ts';
import './node.ts';
import './realtime-call.ts';
import './realtime-calls.ts';
import './realtime-session.ts';
import './realtime-sessions.ts';
import './report-usage.ts';
import './revoke-api-key.ts';
import './revoke-realtime-session.ts';
import './scalars.ts';
import './session-events.ts';
import './session-statistics.ts';
import './set-policy.ts';
import './suspend-user.ts';
import './usage.ts';
import './user.ts';
import './users.ts';
import './viewer.ts';
import { defaultFieldResolver, type GraphQLSchema, isObjectType } from 'graphql';
import { builder } from './builder.ts';
import { withListLimits } from './list-limit.ts';
import { withLocatedLiterals } from './located-literals.ts';
import { withConditions } from './with-conditions.ts';

/** The whole schema: the files above have added their types to the builder. */
export const schema = withLocatedLiterals(
  withListLimits(withoutPlainResolvers(withConditions(builder.toSchema()))),
);

/** Removes resolvers that only read a property, so that compiled queries read it without a call. */
function withoutPlainResolvers(built: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(built.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields()))
      if (field.resolve === defaultFieldResolver) delete field.resolve;
  }
  return built;
}
