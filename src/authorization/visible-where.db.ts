import type { Prisma } from '../../prisma/generated/client.ts';
import type { Visibility } from './visibility.ts';

// The tables that are read through Prisma's models; visible.db.ts has the others. An object in a `where` acts as an
// operator: only text goes in.

/** Which applications somebody sees. A person sees those that hold its sessions, and the built-in one. */
export function visibleApplications(visibility: Visibility): Prisma.ApplicationWhereInput {
  switch (visibility.reach) {
    case 'EVERYTHING':
      return {};
    case 'OWN_APPLICATION':
      return { id: visibility.applicationId };
    case 'SELF':
      return {
        OR: [{ name: 'default' }, { users: { some: { user: { externalId: visibility.externalId } } } }],
      };
    default:
      return visibility satisfies never;
  }
}

/** Which API keys somebody sees. A person sees none. */
export function visibleApiKeys(visibility: Visibility): Prisma.ApiKeyWhereInput {
  switch (visibility.reach) {
    case 'EVERYTHING':
      return {};
    case 'OWN_APPLICATION':
      return { applicationId: visibility.applicationId };
    case 'SELF':
      return { id: { in: [] } };
    default:
      return visibility satisfies never;
  }
}
