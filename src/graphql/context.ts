import type { ApplicationsLedger } from '../applications/application-store.ts';
import type { RecordDenial } from '../audit/denial.ts';
import type { Actor, RequestInfo } from '../authorization/actor.ts';
import type { IssueOutcome } from '../issuing/issue-outcome.ts';
import type { LimitsLedger } from '../limits/limits-ledger.ts';
import type { Policy } from '../limits/policy.ts';
import type { Secret } from '../platform/redaction/secret.ts';
import type { Reader } from '../reader.ts';
import type { Session } from '../sessions/session.ts';
import type { WatchSessions } from '../subscriptions/subscriber.ts';
import type { ReportInput, ReportOutcome } from '../usage/report-usage.ts';
import type { EraseUser } from '../users/erasure.ts';

/** What one request brings to its resolvers. */
export type Context = {
  readonly actor: Actor;
  readonly origin: RequestInfo;
  /** The ledger as this actor sees it. */
  readonly ledger: Reader;
  /** Another one, which remembers nothing yet. */
  readonly createLedger: () => Reader;
  readonly watchSessions: WatchSessions;
  readonly issueSession: (input: unknown, by: { actor: Actor; origin: RequestInfo }) => Promise<IssueOutcome>;
  readonly limits: LimitsLedger;
  readonly eraseUser: EraseUser;
  readonly reportUsage: (
    session: Session,
    input: ReportInput,
    by: { actor: Actor; origin: RequestInfo },
  ) => Promise<ReportOutcome>;
  readonly identifySecret: (
    secret: Secret,
    by: { actor: Actor; origin: RequestInfo },
  ) => Promise<Session | null>;
  readonly applications: ApplicationsLedger;
  readonly recordDenial: RecordDenial;
  /** What applies where neither the user nor the application sets a limit. */
  readonly defaultPolicy: Policy;
  /** The application of callers that have none of their own. */
  readonly defaultApplicationId: string;
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
