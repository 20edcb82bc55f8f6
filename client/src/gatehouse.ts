import type * as api from './generated/types.ts';
import type { Pages } from './pages.ts';
import type * as results from './results.ts';
import type { TypedDocument } from './typed-document.ts';

export type GatehouseOptions = {
  /** Where the gateway answers, e.g. "https://gatehouse.example.com/graphql". */
  readonly url: string | URL;
  /** An API key or a token. A function is asked for each attempt, so that a token can be renewed. */
  readonly auth: string | (() => string | Promise<string>);
  /** Default: the fetch of the platform. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** The milliseconds that one attempt may take. Default 15,000. */
  readonly timeoutMs?: number | undefined;
  /** How often a request is sent at most. Only what is safe to repeat is sent again. Default 4. */
  readonly maxAttempts?: number | undefined;
};

export type RequestOptions = {
  /** Ends the request, also while it waits for its next attempt. Its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
};

export type PageOptions<Filter> = RequestOptions & {
  readonly filter?: Filter | undefined;
  /** How many entries are asked for at a time, 1 to 100. Default 100. */
  readonly pageSize?: number | undefined;
};

/** Either id or externalId. */
export type UserReference =
  | { readonly id: string; readonly externalId?: undefined }
  | { readonly externalId: string; readonly id?: undefined };

/**
 * A gateway, and what one may ask it. A refusal that is expected (a quota, a policy, an input) is a result, told apart by
 * `__typename`. All else is thrown as a GatehouseError, or as the reason of the signal.
 */
export type Gatehouse = {
  /** Mints a client secret for a user. Its idempotency key, by default a new one, is kept through all attempts: they mint once. */
  createSession(
    input: api.CreateRealtimeSessionInput,
    options?: RequestOptions & { readonly idempotencyKey?: string | undefined },
  ): Promise<results.CreateSessionResult>;
  session(id: string, options?: RequestOptions): Promise<results.RealtimeSessionDetails | null>;
  sessions(
    options?: PageOptions<api.RealtimeSessionFilter> & {
      readonly orderBy?: api.RealtimeSessionOrder | undefined;
    },
  ): Pages<results.RealtimeSession>;
  revokeSession(
    input: api.RevokeRealtimeSessionInput,
    options?: RequestOptions,
  ): Promise<results.RevokeSessionResult>;
  reportUsage(input: api.ReportUsageInput, options?: RequestOptions): Promise<results.ReportUsageResult>;
  identifyClientSecret(secret: string, options?: RequestOptions): Promise<results.IdentifyClientSecretResult>;

  user(
    user: UserReference & { readonly applicationId?: string | undefined },
    options?: RequestOptions,
  ): Promise<results.UserDetails | null>;
  users(
    options?: PageOptions<api.UserFilter> & { readonly orderBy?: api.UserOrder | undefined },
  ): Pages<results.User>;
  suspendUser(input: api.SuspendUserInput, options?: RequestOptions): Promise<results.UserResult>;
  reinstateUser(id: string, options?: RequestOptions): Promise<results.UserResult>;
  eraseUser(id: string, options?: RequestOptions): Promise<results.UserResult>;
  setPolicy(input: api.SetPolicyInput, options?: RequestOptions): Promise<results.SetPolicyResult>;

  /** The whole report: all of its rows are read, page by page. */
  usage(
    report: {
      readonly filter: api.UsageFilter;
      readonly groupBy?: readonly api.UsageDimension[] | undefined;
      readonly orderBy?: api.UsageOrder | undefined;
    },
    options?: RequestOptions,
  ): Promise<results.UsageReport>;
  /** What was asked for and what became of it, counted: all rows, as with `usage`. */
  statistics(
    report: {
      readonly filter: api.SessionStatisticsFilter;
      readonly groupBy?: readonly api.StatisticsDimension[] | undefined;
      readonly orderBy?: api.StatisticsOrder | undefined;
    },
    options?: RequestOptions,
  ): Promise<results.Statistics>;
  auditEvents(options?: PageOptions<api.AuditEventFilter>): Pages<results.AuditEvent>;

  applications(options?: RequestOptions): Promise<readonly results.Application[]>;
  createApplication(
    input: api.CreateApplicationInput,
    options?: RequestOptions,
  ): Promise<results.CreateApplicationResult>;
  createApiKey(input: api.CreateApiKeyInput, options?: RequestOptions): Promise<results.CreateApiKeyResult>;
  revokeApiKey(id: string, options?: RequestOptions): Promise<results.RevokeApiKeyResult>;
  viewer(options?: RequestOptions): Promise<results.Viewer>;
  gateway(options?: RequestOptions): Promise<results.GatewayState>;

  /**
   * A position in the changes of sessions. Read it, then list sessions, then watch from it: what the list does not show is
   * delivered, and maybe some of what it does show.
   */
  eventsPosition(options?: RequestOptions): Promise<string>;
  /**
   * The changes of sessions, each once, until the signal ends it or the caller leaves the loop. A stream that breaks is
   * opened again where it ended, for as long as that takes. `after`: the id of the last event that was seen, or
   * `eventsPosition()`. Default: from now on.
   */
  watchSessions(
    options?: RequestOptions & {
      readonly filter?: api.RealtimeSessionFilter | undefined;
      readonly after?: string | undefined;
    },
  ): AsyncIterable<results.SessionEvent>;

  /** An operation of your own. `idempotent`: whether a mutation may be sent again after a failure; a query always may. */
  request<Data, Variables>(
    document: TypedDocument<Data, Variables>,
    variables?: Variables,
    options?: RequestOptions & { readonly idempotent?: boolean | undefined },
  ): Promise<Data>;
};
