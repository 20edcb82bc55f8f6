import type { ApiKey } from '../applications/api-key.ts';
import { builder } from './builder.ts';
import { encodeId, NODE_ID } from './ids.ts';
import { ReachEnum, ScopeEnum } from './scope.ts';

export const ApiKeyType = builder.objectRef<ApiKey>('ApiKey');

// The id, the name and the redacted form may be read wherever a key is shown, e.g. in the audit trail; the rest may not.
const registrars = { everywhere: 'APPLICATIONS_WRITE' } as const;

builder.objectType(ApiKeyType, {
  interfaces: [builder.nodeInterfaceRef()],
  description: 'A credential of an application. The key itself is returned once, when it is created.',
  fields: (t) => ({
    id: t.id({ description: NODE_ID, resolve: ({ id }) => encodeId('ApiKey', id) }),
    name: t.exposeString('name', { description: 'The name that was given when the key was created.' }),
    redacted: t.string({
      description: 'The key with its middle removed, e.g. "gh_…k3f9".',
      resolve: ({ lastFour }) => `gh_…${lastFour}`,
    }),
    scopes: t.expose('scopes', {
      type: [ScopeEnum],
      description: 'What the key allows.',
      authScopes: registrars,
    }),
    reach: t.expose('reach', {
      type: ReachEnum,
      description: 'The records that its scopes apply to.',
      authScopes: registrars,
    }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      description: 'When the key was created.',
      authScopes: registrars,
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the key expires. Null: it does not expire.',
      authScopes: registrars,
    }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the key was last used, to the minute and with a delay of some seconds. Null: never.',
      authScopes: registrars,
    }),
    revokedAt: t.expose('revokedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the key was revoked. Null: it was not revoked.',
      authScopes: registrars,
    }),
  }),
});
