import type { Actor, Origin } from '../domain/actor.ts';
import type { ApplicationsLedger } from '../domain/applications-ledger.ts';
import type { RecordDenial } from '../domain/denial.ts';
import type { EraseUser } from '../domain/erasure.ts';
import type { IssueOutcome } from '../domain/issue-session.ts';
import type { LedgerReader } from '../domain/ledger-reader.ts';
import type { LimitsLedger } from '../domain/limits-ledger.ts';
import type { Policy } from '../domain/policy.ts';
import type { ReportInput, ReportOutcome } from '../domain/report-usage.ts';
import type { Secret } from '../domain/secret.ts';
import type { Session } from '../domain/session.ts';
import type { WatchSessions } from '../domain/watch-sessions.ts';

/** What one request brings to its resolvers. */
export type Context = {
  readonly actor: Actor;
  readonly origin: Origin;
  /** The ledger as this actor sees it. */
  readonly ledger: LedgerReader;
  /** Another one, which remembers nothing yet. */
  readonly createLedger: () => LedgerReader;
  readonly watchSessions: WatchSessions;
  readonly issueSession: (input: unknown, by: { actor: Actor; origin: Origin }) => Promise<IssueOutcome>;
  readonly limits: LimitsLedger;
  readonly eraseUser: EraseUser;
  readonly reportUsage: (
    session: Session,
    input: ReportInput,
    by: { actor: Actor; origin: Origin },
  ) => Promise<ReportOutcome>;
  readonly identifySecret: (secret: Secret, by: { actor: Actor; origin: Origin }) => Promise<Session | null>;
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
