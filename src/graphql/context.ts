import type { ApplicationStore } from '../applications/application-store.ts';
import type { RecordDenial } from '../audit/denial.ts';
import type { Actor, RequestInfo } from '../authorization/actor.ts';
import type { CallStore } from '../calls/call-store.ts';
import type { IssueSession } from '../issuing/issue-session.ts';
import type { ProviderState } from '../issuing/provider-state.ts';
import type { Policy } from '../limits/policy.ts';
import type { Shares } from '../platform/database/database-shares.ts';
import type { Reader } from '../reader.ts';
import type { TrailState } from '../sealing/trail-state.ts';
import type { SessionStore } from '../sessions/session-store.ts';
import type { ReadPosition, WatchSessions } from '../subscriptions/subscriber.ts';
import type { ReportSessionUsage } from '../usage/report-usage.ts';
import type { UserStore } from '../users/user-store.ts';

/** What resolvers get with each request: the caller, a reader of its records, and one member for each noun. */
export type Context = {
  readonly actor: Actor;
  readonly origin: RequestInfo;
  /** The records that this actor may see. */
  readonly reader: Reader;
  /** What this actor may have of the database at a time. */
  readonly shares: Shares;
  /** Creates another reader, whose cache is empty. */
  readonly createReader: () => Reader;
  readonly applications: ApplicationStore & {
    /** The built-in application, for callers that have none. */
    readonly defaultId: string;
  };
  readonly audit: { readonly recordDenial: RecordDenial };
  /** How the gateway that answers is doing. */
  readonly gateway: {
    readonly version: string;
    readonly startedAt: Date;
    readonly providerStates: () => readonly ProviderState[];
    /** The models that have a price today, by name. */
    readonly pricedModels: () => readonly string[];
    readonly trailState: () => Promise<TrailState>;
  };
  readonly calls: Pick<CallStore, 'requestEnd'>;
  readonly issuing: { readonly issueSession: IssueSession };
  readonly limits: {
    /** The limits that apply where neither the user nor the application sets one. */
    readonly defaultPolicy: Policy;
  };
  readonly sessions: SessionStore;
  readonly subscriptions: { readonly watchSessions: WatchSessions; readonly readPosition: ReadPosition };
  readonly usage: {
    readonly report: ReportSessionUsage;
    /** The key of the label that usage can be grouped by; undefined: none is configured. */
    readonly labelKey: string | undefined;
  };
  readonly users: UserStore;
  /** The entry of this request in the log. Resolvers and the presentation of errors write to it. */
  readonly log: RequestLog;
};

export type RequestLog = {
  operation: string;
  /** OK, the code of an error, or the typename of a mutation's result. */
  outcome: string;
  /** Null until the caller is authenticated. */
  actor: Actor | null;
  /** Whether the request is answered with a stream. */
  streamed: boolean;
};
