import { reaches, scopes } from '../domain/actor.ts';
import { builder } from './builder.ts';

export const ScopeEnum = builder.enumType('Scope', {
  description:
    'What a caller may do. An end user (a token from the identity provider without scopes of its own) needs none of these to create, read and revoke its own sessions.',
  values: scopes,
});

export const ReachEnum = builder.enumType('Reach', {
  description: "Whose records the scopes apply to. An end user's is always SELF.",
  values: reaches,
});
