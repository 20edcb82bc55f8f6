export { createGatehouse } from './create-gatehouse.ts';
export { fetchToken, type MintedToken, type MintOptions } from './fetch-token.ts';
export type { Gatehouse, GatehouseOptions, PageOptions, RequestOptions, UserReference } from './gatehouse.ts';
export { type ErrorCode, type ErrorDetails, GatehouseError } from './gatehouse-error.ts';
export type {
  ActorKind,
  AudioFormat,
  AuditEventFilter,
  AuditOutcome,
  CreateApiKeyInput,
  CreateApplicationInput,
  CreateRealtimeSessionInput,
  Eagerness,
  FunctionToolInput,
  HeaderInput,
  IdempotencyConflict,
  InputAudioNoiseReductionInput,
  InputAudioTranscriptionInput,
  LabelInput,
  McpToolInput,
  Modality,
  NoiseReductionType,
  PolicyRule,
  QuotaKind,
  Reach,
  RealtimeSessionFilter,
  RealtimeSessionOrder,
  RealtimeSessionStatus,
  RealtimeSessionType,
  ReportUsageInput,
  RevokeRealtimeSessionInput,
  Scope,
  SemanticVadInput,
  ServerVadInput,
  SessionEventType,
  SessionStatisticsFilter,
  SetPolicyInput,
  StatisticsDimension,
  StatisticsOrder,
  SuspendUserInput,
  ToolChoiceInput,
  ToolChoiceMode,
  ToolInput,
  TranscriptionDelay,
  TurnDetectionInput,
  UsageDimension,
  UsageFilter,
  UsageOrder,
  UserFilter,
  UserOrder,
} from './generated/types.ts';
export type { Page, Pages } from './pages.ts';
export type * from './results.ts';
export { Secret } from './secret.ts';
export { secretOf } from './secret-of.ts';
export type { TypedDocument } from './typed-document.ts';
