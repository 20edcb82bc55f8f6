export type {
  AudioTranscriptionParams,
  ClientSecretParams,
  RealtimeParams,
  ToolParams,
  TranscriptionParams,
  TranslationParams,
  TranslationSecretParams,
  TurnDetectionParams,
} from './agents/client-secret-params.ts';
export { mintFrom } from './agents/mint-from.ts';
export {
  type AgentsConnectOptions,
  type RealtimeAgentsOptions,
  realtimeAgentsOptions,
} from './agents/realtime-agents-options.ts';
export {
  createUsageReporter,
  reportUsageFrom,
  type TransportEvents,
  type UnreportedUsage,
  type UsageReporter,
  type UsageReporterOptions,
} from './agents/report-usage-from.ts';
export { toClientSecretParams } from './agents/to-client-secret-params.ts';
export { toCreateInput } from './agents/to-create-input.ts';
export { type EventUsage, usageOfEvent } from './agents/usage-of-event.ts';
