import { noSecrets, type RemoveSecrets } from '../platform/redaction/known-secrets.ts';
import { redactJson, redactSchema } from '../platform/redaction/redact-json.ts';
import { redactText, redactUrl } from '../platform/redaction/redact-text.ts';
import { REDACTED } from '../platform/redaction/redacted.ts';
import type { Secret } from '../platform/redaction/secret.ts';
import { isSensitiveKey } from '../platform/redaction/sensitive-key.ts';
import type {
  FunctionTool,
  InputAudioTranscription,
  Label,
  McpTool,
  SessionConfig,
  Tool,
  ToolChoice,
  ToolRequest,
} from './session-config.ts';

/** The credentials that a request carries: the authorization and header values of its MCP tools. */
export function secretsIn(tools: readonly ToolRequest[]): Secret[] {
  return tools.flatMap((tool) => {
    if (tool.kind === 'FUNCTION') return [];
    const values = tool.headers.map(({ value }) => value);
    return [...(tool.authorization === null ? [] : [tool.authorization]), ...values].flatMap((value) =>
      value.parts(),
    );
  });
}

/** A tool as it is recorded: it says that credentials were sent, never which. */
export function withoutCredentials(tool: ToolRequest): Tool {
  if (tool.kind === 'FUNCTION') return tool;
  const { authorization, headers, ...server } = tool;
  return {
    ...server,
    hasAuthorization: authorization !== null,
    headerNames: headers.map(({ name }) => name),
  };
}

/**
 * A configuration as it may be recorded: texts that a client or an upstream chose are redacted, values of a fixed set stay.
 * Written field by field, so that it does not compile until a new field is decided on.
 */
export function redactConfig(config: SessionConfig, removeSecrets: RemoveSecrets): SessionConfig {
  const text = textRedactor(removeSecrets);
  return {
    type: config.type,
    model: redactText(config.model, removeSecrets),
    modalities: config.modalities,
    instructions: text(config.instructions),
    voice: text(config.voice),
    inputAudioFormat: config.inputAudioFormat,
    outputAudioFormat: config.outputAudioFormat,
    inputAudioTranscription: redactTranscription(config.inputAudioTranscription, removeSecrets),
    turnDetection: config.turnDetection,
    inputAudioNoiseReduction: config.inputAudioNoiseReduction,
    tools: config.tools.map((tool) => redactTool(tool, removeSecrets)),
    toolChoice: redactToolChoice(config.toolChoice, removeSecrets),
    temperature: config.temperature,
    maxResponseOutputTokens: config.maxResponseOutputTokens,
    outputLanguage: text(config.outputLanguage),
  };
}

/** Labels as they may be recorded. A label called "api_key" loses its value whatever it looks like. */
export function redactLabels(
  labels: readonly Label[],
  removeSecrets: RemoveSecrets = noSecrets,
): readonly Label[] {
  return labels.map(({ key, value }) => ({
    key: redactText(key, removeSecrets),
    value: isSensitiveKey(key) ? REDACTED : redactText(value, removeSecrets),
  }));
}

function redactTool(tool: Tool, removeSecrets: RemoveSecrets): Tool {
  return tool.kind === 'FUNCTION' ? redactFunction(tool, removeSecrets) : redactMcp(tool, removeSecrets);
}

function redactFunction(tool: FunctionTool, removeSecrets: RemoveSecrets): FunctionTool {
  return {
    kind: tool.kind,
    name: redactText(tool.name, removeSecrets),
    description: textRedactor(removeSecrets)(tool.description),
    parameters: redactSchema(tool.parameters, removeSecrets),
  };
}

function redactMcp(tool: McpTool, removeSecrets: RemoveSecrets): McpTool {
  return {
    kind: tool.kind,
    serverLabel: redactText(tool.serverLabel, removeSecrets),
    serverUrl: tool.serverUrl === null ? null : redactUrl(tool.serverUrl, removeSecrets),
    connectorId: textRedactor(removeSecrets)(tool.connectorId),
    serverDescription: textRedactor(removeSecrets)(tool.serverDescription),
    allowedTools: tool.allowedTools?.map((name) => redactText(name, removeSecrets)) ?? null,
    readOnlyTools: tool.readOnlyTools,
    requireApproval: redactJson(tool.requireApproval, removeSecrets),
    hasAuthorization: tool.hasAuthorization,
    headerNames: tool.headerNames.map((name) => redactText(name, removeSecrets)),
  };
}

function redactTranscription(
  transcription: InputAudioTranscription | null,
  removeSecrets: RemoveSecrets,
): InputAudioTranscription | null {
  if (transcription === null) return null;
  const text = textRedactor(removeSecrets);
  return {
    model: text(transcription.model),
    language: text(transcription.language),
    languages: transcription.languages?.map((language) => redactText(language, removeSecrets)) ?? null,
    prompt: text(transcription.prompt),
    keywords: transcription.keywords?.map((keyword) => redactText(keyword, removeSecrets)) ?? null,
    delay: transcription.delay,
  };
}

function redactToolChoice(choice: ToolChoice | null, removeSecrets: RemoveSecrets): ToolChoice | null {
  if (choice === null) return null;
  const text = textRedactor(removeSecrets);
  return { mode: choice.mode, name: text(choice.name), serverLabel: text(choice.serverLabel) };
}

function textRedactor(removeSecrets: RemoveSecrets): (text: string | null) => string | null {
  return (text) => (text === null ? null : redactText(text, removeSecrets));
}
