import type { ApplicationStore } from '../applications/application-store.ts';
import type { RecordDenial } from '../audit/denial.ts';
import type { Actor, RequestInfo } from '../authorization/actor.ts';
import type { IssueSession } from '../issuing/issue-session.ts';
import type { Policy } from '../limits/policy.ts';
import type { Reader } from '../reader.ts';
import type { SessionStore } from '../sessions/session-store.ts';
import type { WatchSessions } from '../subscriptions/subscriber.ts';
import type { ReportSessionUsage } from '../usage/report-usage.ts';
import type { UserStore } from '../users/user-store.ts';

/** What one request brings to its resolvers: who asks, everything that can be read, and one member for each noun. */
export type Context = {
  readonly actor: Actor;
  readonly origin: RequestInfo;
  /** The records that this actor may see. */
  readonly reader: Reader;
  /** Another reader, which remembers nothing yet. */
  readonly createReader: () => Reader;
  readonly applications: ApplicationStore & {
    /** The application of callers that have none of their own. */
    readonly defaultId: string;
  };
  readonly audit: { readonly recordDenial: RecordDenial };
  readonly issuing: { readonly issueSession: IssueSession };
  readonly limits: {
    /** What applies where neither the user nor the application sets a limit. */
    readonly defaultPolicy: Policy;
  };
  readonly sessions: SessionStore;
  readonly subscriptions: { readonly watchSessions: WatchSessions };
  readonly usage: { readonly report: ReportSessionUsage };
  readonly users: UserStore;
  /** What the request log says of this request; resolvers and the error presenter write to it. */
  readonly log: RequestLog;
};

export type RequestLog = {
  operation: string;
  /** OK, the code of an error, or the typename of a mutation's result. */
  outcome: string;
  /** Null while, or because, nobody was authenticated. */
  actor: Actor | null;
  /** Whether it is answered as a stream. */
  streamed: boolean;
};
