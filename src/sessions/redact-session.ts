import { redactJson, redactSchema } from '../platform/redaction/redact-json.ts';
import { REDACTED, redactText, redactUrl } from '../platform/redaction/redact-text.ts';
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
    const headers = tool.headers.map(({ value }) => value);
    return tool.authorization === null ? headers : [tool.authorization, ...headers];
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
export function redactConfig(config: SessionConfig, secrets: readonly Secret[]): SessionConfig {
  const text = textRedactor(secrets);
  return {
    type: config.type,
    model: redactText(config.model, secrets),
    modalities: config.modalities,
    instructions: text(config.instructions),
    voice: text(config.voice),
    inputAudioFormat: config.inputAudioFormat,
    outputAudioFormat: config.outputAudioFormat,
    inputAudioTranscription: redactTranscription(config.inputAudioTranscription, secrets),
    turnDetection: config.turnDetection,
    inputAudioNoiseReduction: config.inputAudioNoiseReduction,
    tools: config.tools.map((tool) => redactTool(tool, secrets)),
    toolChoice: redactToolChoice(config.toolChoice, secrets),
    temperature: config.temperature,
    maxResponseOutputTokens: config.maxResponseOutputTokens,
  };
}

/** Labels as they may be recorded. A label called "api_key" loses its value whatever it looks like. */
export function redactLabels(labels: readonly Label[], secrets: readonly Secret[] = []): readonly Label[] {
  return labels.map(({ key, value }) => ({
    key: redactText(key, secrets),
    value: isSensitiveKey(key) ? REDACTED : redactText(value, secrets),
  }));
}

function redactTool(tool: Tool, secrets: readonly Secret[]): Tool {
  return tool.kind === 'FUNCTION' ? redactFunction(tool, secrets) : redactMcp(tool, secrets);
}

function redactFunction(tool: FunctionTool, secrets: readonly Secret[]): FunctionTool {
  return {
    kind: tool.kind,
    name: redactText(tool.name, secrets),
    description: textRedactor(secrets)(tool.description),
    parameters: redactSchema(tool.parameters, secrets),
  };
}

function redactMcp(tool: McpTool, secrets: readonly Secret[]): McpTool {
  return {
    kind: tool.kind,
    serverLabel: redactText(tool.serverLabel, secrets),
    serverUrl: tool.serverUrl === null ? null : redactUrl(tool.serverUrl, secrets),
    serverDescription: textRedactor(secrets)(tool.serverDescription),
    allowedTools: tool.allowedTools?.map((name) => redactText(name, secrets)) ?? null,
    requireApproval: redactJson(tool.requireApproval, secrets),
    hasAuthorization: tool.hasAuthorization,
    headerNames: tool.headerNames.map((name) => redactText(name, secrets)),
  };
}

function redactTranscription(
  transcription: InputAudioTranscription | null,
  secrets: readonly Secret[],
): InputAudioTranscription | null {
  if (transcription === null) return null;
  const text = textRedactor(secrets);
  return {
    model: text(transcription.model),
    language: text(transcription.language),
    prompt: text(transcription.prompt),
  };
}

function redactToolChoice(choice: ToolChoice | null, secrets: readonly Secret[]): ToolChoice | null {
  if (choice === null) return null;
  const text = textRedactor(secrets);
  return { mode: choice.mode, name: text(choice.name), serverLabel: text(choice.serverLabel) };
}

function textRedactor(secrets: readonly Secret[]): (text: string | null) => string | null {
  return (text) => (text === null ? null : redactText(text, secrets));
}
