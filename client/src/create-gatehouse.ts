import { createSession } from './create-session.ts';
import type { Gatehouse, GatehouseOptions } from './gatehouse.ts';
import * as documents from './generated/documents.ts';
import { mutate, query, run } from './operations.ts';
import { pagesOf } from './pages.ts';
import { readStatistics, readUsage } from './reports.ts';
import type { Client } from './request.ts';
import { Secret } from './secret.ts';
import { readEventsPosition, watchSessions } from './watch-sessions.ts';

const PAGE_SIZE = 100;
/** A gateway sends something every 15 seconds, by default. After three times that a stream is dead. */
const SILENCE_MS = 45_000;

/**
 * A gateway to ask. It opens no connection, and holds nothing but its options.
 * @throws TypeError if the URL is none that can be fetched
 */
export function createGatehouse(options: GatehouseOptions): Gatehouse {
  const fetch = options.fetch ?? globalThis.fetch;
  const client: Client = {
    url: endpointOf(options.url),
    auth: options.auth,
    // Browsers refuse a fetch that is called as a method of something else.
    fetch: (target, init) => fetch(target, init),
    timeoutMs: options.timeoutMs ?? 15_000,
    maxAttempts: options.maxAttempts ?? 4,
    silenceMs: SILENCE_MS,
  };

  return {
    createSession: (input, options) => createSession(client, input, options),
    async session(id, options) {
      return (await query(client, documents.session, { id }, options)).realtimeSession;
    },
    sessions({ pageSize = PAGE_SIZE, signal, ...variables } = {}) {
      return pagesOf(async (after) => {
        const page = { ...variables, first: pageSize, after };
        return (await query(client, documents.sessions, page, { signal })).realtimeSessions;
      });
    },
    async revokeSession(input, options) {
      return (await mutate(client, documents.revokeSession, { input }, options)).revokeRealtimeSession;
    },
    async reportUsage(input, options) {
      return (await mutate(client, documents.reportUsage, { input }, options)).reportUsage;
    },
    async identifyClientSecret(secret, options) {
      const variables = { input: { secret } };
      return (await mutate(client, documents.identifyClientSecret, variables, options)).identifyClientSecret;
    },

    async user({ id, externalId, applicationId }, options) {
      return (await query(client, documents.user, { id, externalId, applicationId }, options)).user;
    },
    users({ pageSize = PAGE_SIZE, signal, ...variables } = {}) {
      return pagesOf(async (after) => {
        const page = { ...variables, first: pageSize, after };
        return (await query(client, documents.users, page, { signal })).users;
      });
    },
    async suspendUser(input, options) {
      return (await mutate(client, documents.suspendUser, { input }, options)).suspendUser;
    },
    async reinstateUser(id, options) {
      return (await mutate(client, documents.reinstateUser, { input: { id } }, options)).reinstateUser;
    },
    async eraseUser(id, options) {
      return (await mutate(client, documents.eraseUser, { input: { id } }, options)).eraseUser;
    },
    async setPolicy(input, options) {
      return (await mutate(client, documents.setPolicy, { input }, options)).setPolicy;
    },

    usage: (report, options) => readUsage(client, report, options),
    statistics: (report, options) => readStatistics(client, report, options),
    auditEvents({ pageSize = PAGE_SIZE, signal, ...variables } = {}) {
      return pagesOf(async (after) => {
        const page = { ...variables, first: pageSize, after };
        return (await query(client, documents.auditEvents, page, { signal })).auditEvents;
      });
    },

    async applications(options) {
      return (await query(client, documents.applications, {}, options)).applications;
    },
    // Doing these two again is doing them twice.
    async createApplication(input, options) {
      const once = { ...options, idempotent: false };
      return (await mutate(client, documents.createApplication, { input }, once)).createApplication;
    },
    async createApiKey(input, options) {
      const once = { ...options, idempotent: false };
      const { createApiKey: result } = await mutate(client, documents.createApiKey, { input }, once);
      return result.__typename === 'CreateApiKeySuccess'
        ? { ...result, value: new Secret(result.value) }
        : result;
    },
    async revokeApiKey(id, options) {
      return (await mutate(client, documents.revokeApiKey, { input: { id } }, options)).revokeApiKey;
    },
    async viewer(options) {
      return (await query(client, documents.viewer, {}, options)).viewer;
    },
    async gateway(options) {
      return (await query(client, documents.gateway, {}, options)).gateway;
    },

    eventsPosition: (options) => readEventsPosition(client, options),
    watchSessions: (options) => watchSessions(client, options),
    request: (document, variables, options) => run(client, document, variables, options),
  };
}

/** Relative to the page, in a browser. The platform's own error would have a URL with a password in it. */
function endpointOf(url: string | URL): string {
  try {
    return new Request(url).url;
  } catch {
    throw new TypeError('The url of the gateway is none, is relative, or has a credential in it.');
  }
}
