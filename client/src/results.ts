import type * as api from './generated/types.ts';
import type { Secret } from './secret.ts';

/** The record of a session. */
export type RealtimeSession = api.SessionFieldsFragment;
/** The record of a session, and what it was configured with. */
export type RealtimeSessionDetails = NonNullable<api.SessionQuery['realtimeSession']>;
export type User = api.UserFieldsFragment;
/** A user with its policy and its quotas. */
export type UserDetails = NonNullable<api.UserQuery['user']>;
export type AuditEvent = api.AuditEventFieldsFragment;
export type Application = api.ApplicationFieldsFragment;
export type ApiKey = api.ApiKeyFieldsFragment;
/** How the gateway that answered is doing. */
export type GatewayState = api.GatewayQuery['gateway'];
export type Viewer = api.ViewerQuery['viewer'];
export type UsageTotals = api.UsageTotalsFieldsFragment;
export type UsageReport = Omit<api.UsageQuery['usage'], 'rows'> & { readonly rows: readonly UsageRow[] };
export type UsageRow = api.UsageQuery['usage']['rows']['nodes'][number];
export type SessionCounts = api.SessionCountsFieldsFragment;
export type Statistics = Omit<api.StatisticsQuery['sessionStatistics'], 'rows'> & {
  readonly rows: readonly StatisticsRow[];
};
export type StatisticsRow = api.StatisticsQuery['sessionStatistics']['rows']['nodes'][number];
export type SessionEvent = api.SessionEventsSubscription['sessionEvents'];

type Wrapped<Result> = Result extends { readonly __typename: 'CreateRealtimeSessionSuccess' }
  ? Omit<Result, 'clientSecret'> & {
      readonly clientSecret: { readonly value: Secret; readonly expiresAt: string };
    }
  : Result extends { readonly __typename: 'CreateApiKeySuccess' }
    ? Omit<Result, 'value'> & { readonly value: Secret }
    : Result;

/** The client secret, or why there is none. Tell the members apart by `__typename`; a gateway that is newer may have more. */
export type CreateSessionResult = Wrapped<api.CreateSessionMutation['createRealtimeSession']>;
export type CreateApiKeyResult = Wrapped<api.CreateApiKeyMutation['createApiKey']>;
export type CreateApplicationResult = api.CreateApplicationMutation['createApplication'];
export type RevokeSessionResult = api.RevokeSessionMutation['revokeRealtimeSession'];
export type RevokeApiKeyResult = api.RevokeApiKeyMutation['revokeApiKey'];
export type ReportUsageResult = api.ReportUsageMutation['reportUsage'];
export type IdentifyClientSecretResult = api.IdentifyClientSecretMutation['identifyClientSecret'];
export type UserResult = api.UserResultFieldsFragment;
export type SetPolicyResult = api.SetPolicyMutation['setPolicy'];
