import { defineConfig } from 'prisma/config';

// Only Prisma's command line reads this; the gateway connects through src/platform/database/prisma.ts.
export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env['DATABASE_OWNER_URL'] ?? process.env['DATABASE_URL'] ?? '' },
});
