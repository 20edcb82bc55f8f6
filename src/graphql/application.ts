import type { Application } from '../domain/records.ts';
import { builder } from './builder.ts';
import { PolicyOverridesType } from './policy.ts';

export const ApplicationType = builder.objectRef<Application>('Application');

builder.node(ApplicationType, {
  description: "A registered caller: a backend, a dashboard, an auditor's tool.",
  id: { resolve: ({ id }) => id },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'What it is called; no two are called alike.' }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      description: 'When it was registered.',
    }),
    policyOverrides: t.expose('policyOverrides', {
      type: PolicyOverridesType,
      description:
        'What was set for this application itself; null fields are inherited from the configuration.',
    }),
  }),
});
