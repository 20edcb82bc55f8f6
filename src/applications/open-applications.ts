import type { PrismaClient } from '../../prisma/generated/client.ts';
import type { ApplicationStore } from './application-store.ts';
import { createApiKey, newApiKeyId } from './create-api-key.db.ts';
import { createApplication } from './create-application.db.ts';
import { revokeApiKey } from './revoke-api-key.db.ts';
import { setApplicationPolicy } from './set-application-policy.db.ts';

type Parts = {
  readonly prisma: PrismaClient;
  /** Called when something was committed to the audit trail that subscribers depend on. */
  readonly onCommitted?: () => void;
};

/** Applications and their API keys. */
export function openApplications({ prisma, onCommitted = () => {} }: Parts): {
  readonly applications: ApplicationStore;
} {
  return {
    applications: {
      createApplication: (...of) => createApplication(prisma, ...of),
      newApiKeyId: () => newApiKeyId(prisma),
      createApiKey: (...of) => createApiKey(prisma, ...of),
      async revokeApiKey(...of) {
        const apiKey = await revokeApiKey(prisma, ...of);
        onCommitted();
        return apiKey;
      },
      setPolicy: (...of) => setApplicationPolicy(prisma, ...of),
    },
  };
}
