import type { Application } from '../applications/application.ts';
import { ApiKeyType } from './api-key.ts';
import { builder } from './builder.ts';
import { encodeId, NODE_ID } from './ids.ts';
import { PolicyOverridesType } from './policy.ts';

export const ApplicationType = builder.objectRef<Application>('Application');

// Whoever comes by an application (its session, its event, itself) may know what it is called.
const registrars = { everywhere: 'APPLICATIONS_WRITE' } as const;

builder.objectType(ApplicationType, {
  interfaces: [builder.nodeInterfaceRef()],
  description: "A registered caller: a backend, a dashboard, an auditor's tool.",
  fields: (t) => ({
    id: t.id({ description: NODE_ID, resolve: ({ id }) => encodeId('Application', id) }),
    name: t.exposeString('name', { description: 'What it is called; no two are called alike.' }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      description: 'When it was registered.',
      authScopes: registrars,
    }),
    apiKeys: t.field({
      type: [ApiKeyType],
      description: 'Its keys, oldest first, revoked and expired ones too.',
      authScopes: registrars,
      resolve: ({ id }, _args, { reader }) => reader.apiKeysOf(id),
    }),
    policyOverrides: t.expose('policyOverrides', {
      type: PolicyOverridesType,
      description:
        'What was set for this application itself; null fields are inherited from the configuration.',
      authScopes: { ...registrars, scope: 'POLICIES_WRITE' },
    }),
  }),
});

builder.queryField('applications', (t) =>
  t.field({
    type: [ApplicationType],
    description: 'All registered applications, by name. Needs APPLICATIONS_WRITE and reach EVERYTHING.',
    authScopes: registrars,
    resolve: (_root, _args, { reader }) => reader.applications(),
  }),
);
