import type { Application } from '../applications/application.ts';
import { ApiKeyType } from './api-key.ts';
import { READ_SCOPES } from './authorization.ts';
import { builder } from './builder.ts';
import { columnsOf } from './declared-text.ts';
import { idWriter } from './id-writer.ts';
import { encodeId, NODE_ID } from './ids.ts';
import { PolicyOverridesType } from './policy.ts';

// What a session's row has of its application.
const column = columnsOf<'id' | 'name'>();

export const ApplicationType = builder.objectRef<Application>('Application');

// The id and the name may be read wherever an application is shown, e.g. beside a session; the rest may not.
const registrars = { everywhere: 'APPLICATIONS_WRITE' } as const;

builder.objectType(ApplicationType, {
  interfaces: [builder.nodeInterfaceRef()],
  description: 'A registered caller, e.g. a backend, a dashboard or a tool of an auditor.',
  fields: (t) => ({
    id: t.id({
      description: NODE_ID,
      extensions: column('id', idWriter('Application')),
      resolve: ({ id }) => encodeId('Application', id),
    }),
    name: t.exposeString('name', {
      description: 'The name. No two applications have the same name.',
      extensions: column('name'),
    }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      description: 'When the application was registered.',
      authScopes: registrars,
    }),
    apiKeys: t.field({
      type: [ApiKeyType],
      description: 'Its API keys, oldest first, including revoked and expired ones.',
      authScopes: registrars,
      resolve: ({ id }, _args, { reader }) => reader.apiKeysOf(id),
    }),
    policyOverrides: t.expose('policyOverrides', {
      type: PolicyOverridesType,
      description:
        'The limits that are set for this application. Null fields are inherited from the configuration.',
      authScopes: { ...registrars, scope: 'POLICIES_WRITE' },
    }),
  }),
});

builder.queryField('applications', (t) =>
  t.field({
    type: [ApplicationType],
    description:
      'All registered applications, sorted by name. Needs reach EVERYTHING, and APPLICATIONS_WRITE or any scope that reads (SESSIONS_READ, USAGE_READ, AUDIT_READ, USERS_READ); with the latter only id and name can be selected.',
    authScopes: { everywhere: [...READ_SCOPES, registrars.everywhere] },
    resolve: (_root, _args, { reader }) => reader.applications(),
  }),
);
