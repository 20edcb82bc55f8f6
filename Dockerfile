# The gateway alone, for a PostgreSQL of your own (docker-compose.yml brings one).

FROM node:26-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
# Optional packages are the embedded PostgreSQL; nothing that stays needs its install script.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

FROM node:26-slim AS client
WORKDIR /app
COPY package.json package-lock.json ./
COPY scripts/unused-package ./scripts/unused-package
RUN npm ci --omit=optional --ignore-scripts --no-audit --no-fund
COPY prisma.config.ts ./
COPY prisma ./prisma
# `prisma generate` asks for an engine that it does not use (scripts/bootstrap.mjs); any executable will do.
RUN PRISMA_SCHEMA_ENGINE_BINARY="$(command -v node)" PRISMA_HIDE_UPDATE_MESSAGE=1 node_modules/.bin/prisma generate

FROM node:26-slim AS console
WORKDIR /app
COPY package.json package-lock.json tsconfig.json ./
COPY console/package.json ./console/
# Its own packages alone. The optional ones among them are the bundler for this machine.
RUN npm ci --ignore-scripts --no-audit --no-fund --workspace=gatehouse-console --include-workspace-root=false
COPY console ./console
RUN npm run build --workspace=gatehouse-console

FROM node:26-slim
# In a container only what is published reaches the port.
ENV HOST=0.0.0.0
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY --from=client /app/prisma ./prisma
COPY --from=console /app/console/dist ./console/dist
COPY package.json LICENSE ./
COPY src ./src
# The image's user `node`, by number because Kubernetes' runAsNonRoot cannot tell a name. It owns nothing here:
# with DATABASE_URL the gateway writes no file.
USER 1000:1000
EXPOSE 4000 4001
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.MANAGEMENT_PORT || 4001) + '/health/ready').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# As `npm start`: room for what each request leaves behind, so that less of it is copied before it is garbage.
CMD ["node", "--max-semi-space-size=64", "src/main.ts"]
