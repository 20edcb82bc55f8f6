import type { Secret } from '../platform/redaction/secret.ts';
import { allKeysOf } from '../platform/validation/all-keys.ts';
import type { Json, JsonObject } from '../platform/validation/json.ts';
import type { TokenLimit } from '../platform/validation/token-limit.ts';

export const SESSION_TYPES = ['REALTIME', 'TRANSCRIPTION', 'TRANSLATION'] as const;
export type SessionType = (typeof SESSION_TYPES)[number];
export type Modality = 'TEXT' | 'AUDIO';
export type AudioFormat = 'PCM16' | 'G711_ULAW' | 'G711_ALAW';
export type NoiseReductionType = 'NEAR_FIELD' | 'FAR_FIELD';
export type Eagerness = 'LOW' | 'MEDIUM' | 'HIGH' | 'AUTO';
export type ToolChoiceMode = 'AUTO' | 'NONE' | 'REQUIRED' | 'FUNCTION' | 'MCP';
export type TranscriptionDelay = 'MINIMAL' | 'LOW' | 'MEDIUM' | 'HIGH' | 'XHIGH';
export type InputAudioTranscription = {
  readonly model: string | null;
  readonly language: string | null;
  /** Asked for instead of `language`, for models that take several. */
  readonly languages: readonly string[] | null;
  readonly prompt: string | null;
  readonly keywords: readonly string[] | null;
  readonly delay: TranscriptionDelay | null;
};

export const emptyTranscription: InputAudioTranscription = {
  model: null,
  language: null,
  languages: null,
  prompt: null,
  keywords: null,
  delay: null,
};

export type NoiseReduction = {
  readonly type: NoiseReductionType;
  /** 0 to 1. */
  readonly strength: number | null;
};

export type ServerVad = {
  readonly kind: 'SERVER_VAD';
  readonly threshold: number | null;
  readonly prefixPaddingMs: number | null;
  readonly silenceDurationMs: number | null;
  readonly idleTimeoutMs: number | null;
  readonly createResponse: boolean | null;
  readonly interruptResponse: boolean | null;
};

export type SemanticVad = {
  readonly kind: 'SEMANTIC_VAD';
  readonly eagerness: Eagerness | null;
  readonly createResponse: boolean | null;
  readonly interruptResponse: boolean | null;
};

export type TurnDetection = ServerVad | SemanticVad;

export type FunctionTool = {
  readonly kind: 'FUNCTION';
  readonly name: string;
  readonly description: string | null;
  readonly parameters: Json;
};

type McpServer = {
  readonly kind: 'MCP';
  readonly serverLabel: string;
  /** Of serverUrl and connectorId one is asked for. An answer may have neither. */
  readonly serverUrl: string | null;
  readonly connectorId: string | null;
  readonly serverDescription: string | null;
  readonly allowedTools: readonly string[] | null;
  /** Whether of these tools only those may be called that the server marks as reading. */
  readonly readOnlyTools: boolean | null;
  readonly requireApproval: Json;
};

/** An MCP tool as recorded: that credentials were sent, never which. */
export type McpTool = McpServer & {
  readonly hasAuthorization: boolean;
  readonly headerNames: readonly string[];
};

/** An MCP tool as sent upstream, credentials included. */
export type McpToolRequest = McpServer & {
  readonly authorization: Secret | null;
  readonly headers: readonly { readonly name: string; readonly value: Secret }[];
};

export type Tool = FunctionTool | McpTool;
export type ToolRequest = FunctionTool | McpToolRequest;

export type ToolChoice = {
  readonly mode: ToolChoiceMode;
  /** The function's or the MCP tool's name; null for the other modes. */
  readonly name: string | null;
  readonly serverLabel: string | null;
};

export type Label = { readonly key: string; readonly value: string };

/**
 * What a session is configured with, in one shape whatever dialect upstream speaks: the upstream
 * record's fields without id, object and client secret. turnDetection null means it is switched off.
 */
export type SessionConfig = {
  readonly type: SessionType;
  /** For a transcription session, the transcription model. */
  readonly model: string;
  readonly modalities: readonly Modality[];
  readonly instructions: string | null;
  readonly voice: string | null;
  readonly inputAudioFormat: AudioFormat | null;
  readonly outputAudioFormat: AudioFormat | null;
  readonly inputAudioTranscription: InputAudioTranscription | null;
  readonly turnDetection: TurnDetection | null;
  readonly inputAudioNoiseReduction: NoiseReduction | null;
  readonly tools: readonly Tool[];
  readonly toolChoice: ToolChoice | null;
  readonly temperature: number | null;
  readonly maxResponseOutputTokens: TokenLimit | null;
  /** The language that a translation session translates into. */
  readonly outputLanguage: string | null;
};

/** Every field of the config. Columns, statements and what a listing reads follow from it; a forgotten one does not compile. */
export const CONFIG_FIELDS = allKeysOf<SessionConfig>()([
  'type',
  'model',
  'modalities',
  'instructions',
  'voice',
  'inputAudioFormat',
  'outputAudioFormat',
  'inputAudioTranscription',
  'turnDetection',
  'inputAudioNoiseReduction',
  'tools',
  'toolChoice',
  'temperature',
  'maxResponseOutputTokens',
  'outputLanguage',
]);

/** What the caller asked for, validated: an absent field was not asked for and is not sent. */
export type SessionRequest = {
  readonly [K in Exclude<keyof SessionConfig, 'type' | 'model' | 'tools'>]?: SessionConfig[K] | undefined;
} & {
  readonly type: SessionType;
  readonly model: string;
  readonly tools?: readonly ToolRequest[] | undefined;
  /** Further provider fields (speed, tracing, …) under their wire names, already validated. */
  readonly extra: JsonObject;
};

/** An object in an answer that was read field by field. Its `Named` fields are there, or it could not be read. */
type Answered<T, Named extends keyof T = never> = Partial<T> & Pick<T, Named>;

export type AnsweredTurnDetection = Answered<ServerVad, 'kind'> | Answered<SemanticVad, 'kind'>;
export type AnsweredTranscription = Answered<InputAudioTranscription>;
export type AnsweredNoiseReduction = Answered<NoiseReduction, 'type'>;

type AnsweredInParts = {
  readonly inputAudioTranscription?: AnsweredTranscription | null;
  readonly turnDetection?: AnsweredTurnDetection | null;
  readonly inputAudioNoiseReduction?: AnsweredNoiseReduction | null;
};

/**
 * What upstream said of the session: an absent field was not mentioned; a null one was answered as null, or as something
 * that our type has no value for.
 */
export type AnsweredConfig = AnsweredInParts & {
  readonly [K in Exclude<keyof SessionConfig, keyof AnsweredInParts>]?: SessionConfig[K];
};
