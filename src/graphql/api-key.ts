import type { ApiKey } from '../applications/api-key.ts';
import { builder } from './builder.ts';
import { encodeId, NODE_ID } from './ids.ts';
import { ReachEnum, ScopeEnum } from './scope.ts';

export const ApiKeyType = builder.objectRef<ApiKey>('ApiKey');

// What identifies a key may be read wherever one comes by it (the audit trail names the key that acted).
const registrars = { everywhere: 'APPLICATIONS_WRITE' } as const;

builder.objectType(ApiKeyType, {
  interfaces: [builder.nodeInterfaceRef()],
  description: 'What an application proves itself with. The key itself was shown once, when it was made.',
  fields: (t) => ({
    id: t.id({ description: NODE_ID, resolve: ({ id }) => encodeId('ApiKey', id) }),
    name: t.exposeString('name', { description: 'What it was named when it was made.' }),
    redacted: t.string({
      description: 'What remains visible of the key, e.g. "gh_…k3f9".',
      resolve: ({ lastFour }) => `gh_…${lastFour}`,
    }),
    scopes: t.expose('scopes', {
      type: [ScopeEnum],
      description: 'What it may do.',
      authScopes: registrars,
    }),
    reach: t.expose('reach', {
      type: ReachEnum,
      description: 'Whose records its scopes apply to.',
      authScopes: registrars,
    }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      description: 'When it was made.',
      authScopes: registrars,
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'From when on it is refused. Null: it does not expire.',
      authScopes: registrars,
    }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last used, to the minute, known some seconds later. Null: never.',
      authScopes: registrars,
    }),
    revokedAt: t.expose('revokedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Since when it is refused. Null: it was not revoked.',
      authScopes: registrars,
    }),
  }),
});
