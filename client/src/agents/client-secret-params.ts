// What OpenAI's SDK takes for a client secret (openai 7, realtime.clientSecrets.create and
// realtime.translations.clientSecrets.create), as plain structures: its values fit here, and these fit there.

/** The body of POST /realtime/client_secrets. */
export type ClientSecretParams = {
  expires_after?: ExpiresAfter;
  session?: RealtimeParams | TranscriptionParams;
};

/** The body of POST /realtime/translations/client_secrets: its session has no type. */
export type TranslationSecretParams = {
  expires_after?: ExpiresAfter;
  session: TranslationParams;
};

export type ExpiresAfter = { anchor?: 'created_at'; seconds?: number };

export type RealtimeParams = {
  type: 'realtime';
  audio?: { input?: InputParams; output?: OutputParams };
  include?: Include[];
  instructions?: string;
  max_output_tokens?: number | 'inf';
  model?: string;
  output_modalities?: ('text' | 'audio')[];
  parallel_tool_calls?: boolean;
  prompt?: PromptParams | null;
  reasoning?: ReasoningParams;
  tool_choice?: ToolChoiceParams;
  tools?: ToolParams[];
  tracing?: TracingParams | null;
  truncation?: TruncationParams;
};

export type TranscriptionParams = {
  type: 'transcription';
  audio?: { input?: InputParams };
  include?: Include[];
};

export type TranslationParams = {
  type?: never;
  model: string;
  audio?: {
    input?: {
      noise_reduction?: { type: 'near_field' | 'far_field'; strength?: number } | null;
      transcription?: { model: string } | null;
    };
    output?: { language?: string };
  };
};

export type Include = 'item.input_audio_transcription.logprobs';

export type InputParams = {
  format?: FormatParams;
  noise_reduction?: NoiseReductionParams;
  transcription?: AudioTranscriptionParams;
  turn_detection?: TurnDetectionParams | null;
};

export type OutputParams = {
  format?: FormatParams;
  speed?: number;
  voice?: string | { id: string };
};

export type FormatParams =
  | { type?: 'audio/pcm'; rate?: 24000 }
  | { type?: 'audio/pcmu' }
  | { type?: 'audio/pcma' };

export type NoiseReductionParams = { type?: 'near_field' | 'far_field'; strength?: number };

export type AudioTranscriptionParams = {
  delay?: 'minimal' | 'low' | 'medium' | 'high' | 'xhigh';
  keywords?: string[];
  language?: string;
  languages?: string[];
  model?: string;
  prompt?: string;
};

export type TurnDetectionParams = ServerVadParams | SemanticVadParams;
export type ServerVadParams = {
  type: 'server_vad';
  create_response?: boolean;
  idle_timeout_ms?: number | null;
  interrupt_response?: boolean;
  prefix_padding_ms?: number;
  silence_duration_ms?: number;
  threshold?: number;
};
export type SemanticVadParams = {
  type: 'semantic_vad';
  create_response?: boolean;
  eagerness?: 'low' | 'medium' | 'high' | 'auto';
  interrupt_response?: boolean;
};

export type ToolParams = FunctionToolParams | McpToolParams;
export type FunctionToolParams = {
  type?: 'function';
  name?: string;
  description?: string;
  parameters?: unknown;
};
export type McpToolParams = {
  type: 'mcp';
  server_label: string;
  allowed_callers?: ('direct' | 'programmatic')[] | null;
  allowed_tools?: string[] | ToolFilterParams | null;
  authorization?: string;
  connector_id?: ConnectorId;
  defer_loading?: boolean;
  headers?: { [name: string]: string } | null;
  require_approval?: 'always' | 'never' | ApprovalParams | null;
  server_description?: string;
  server_url?: string;
  tunnel_id?: string;
};
export type ToolFilterParams = { read_only?: boolean; tool_names?: string[] };
export type ApprovalParams = { always?: ToolFilterParams; never?: ToolFilterParams };
export type ConnectorId =
  | 'connector_dropbox'
  | 'connector_gmail'
  | 'connector_googlecalendar'
  | 'connector_googledrive'
  | 'connector_microsoftteams'
  | 'connector_outlookcalendar'
  | 'connector_outlookemail'
  | 'connector_sharepoint';

export type ToolChoiceParams =
  | 'none'
  | 'auto'
  | 'required'
  | { type: 'function'; name: string }
  | { type: 'mcp'; server_label: string; name?: string | null };

export type ReasoningParams = { effort?: 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' };

export type TracingParams = 'auto' | { group_id?: string; metadata?: unknown; workflow_name?: string };

export type TruncationParams =
  | 'auto'
  | 'disabled'
  | { type: 'retention_ratio'; retention_ratio: number; token_limits?: { post_instructions?: number } };

export type PromptParams = {
  id: string;
  variables?: { [name: string]: string | PromptPartParams } | null;
  version?: string | null;
};
export type PromptPartParams =
  | { type: 'input_text'; text: string }
  | {
      type: 'input_image';
      detail: 'low' | 'high' | 'auto' | 'original';
      file_id?: string | null;
      image_url?: string | null;
    }
  | {
      type: 'input_file';
      detail?: 'auto' | 'low' | 'high';
      file_data?: string;
      file_id?: string | null;
      file_url?: string;
      filename?: string;
    };
