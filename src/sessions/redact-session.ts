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

/** A tool as recorded: that credentials were sent, never which. */
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
 * A configuration as it may be recorded: every text that somebody chose is redacted, what is one of a
 * fixed set stays. Written field by field, so that a field that is added has to be decided on here.
 */
export function redactConfig(config: SessionConfig, known: readonly Secret[]): SessionConfig {
  const text = textRedactor(known);
  return {
    type: config.type,
    model: redactText(config.model, known),
    modalities: config.modalities,
    instructions: text(config.instructions),
    voice: text(config.voice),
    inputAudioFormat: config.inputAudioFormat,
    outputAudioFormat: config.outputAudioFormat,
    inputAudioTranscription: redactTranscription(config.inputAudioTranscription, known),
    turnDetection: config.turnDetection,
    inputAudioNoiseReduction: config.inputAudioNoiseReduction,
    tools: config.tools.map((tool) => redactTool(tool, known)),
    toolChoice: redactToolChoice(config.toolChoice, known),
    temperature: config.temperature,
    maxResponseOutputTokens: config.maxResponseOutputTokens,
  };
}

/** Labels as they may be recorded; one called "api_key" loses its value whatever it looks like. */
export function redactLabels(labels: readonly Label[], known: readonly Secret[] = []): readonly Label[] {
  return labels.map(({ key, value }) => ({
    key: redactText(key, known),
    value: isSensitiveKey(key) ? REDACTED : redactText(value, known),
  }));
}

function redactTool(tool: Tool, known: readonly Secret[]): Tool {
  return tool.kind === 'FUNCTION' ? redactFunction(tool, known) : redactMcp(tool, known);
}

function redactFunction(tool: FunctionTool, known: readonly Secret[]): FunctionTool {
  return {
    kind: tool.kind,
    name: redactText(tool.name, known),
    description: textRedactor(known)(tool.description),
    parameters: redactSchema(tool.parameters, known),
  };
}

function redactMcp(tool: McpTool, known: readonly Secret[]): McpTool {
  return {
    kind: tool.kind,
    serverLabel: redactText(tool.serverLabel, known),
    serverUrl: tool.serverUrl === null ? null : redactUrl(tool.serverUrl, known),
    serverDescription: textRedactor(known)(tool.serverDescription),
    allowedTools: tool.allowedTools?.map((name) => redactText(name, known)) ?? null,
    requireApproval: redactJson(tool.requireApproval, known),
    hasAuthorization: tool.hasAuthorization,
    headerNames: tool.headerNames.map((name) => redactText(name, known)),
  };
}

function redactTranscription(
  transcription: InputAudioTranscription | null,
  known: readonly Secret[],
): InputAudioTranscription | null {
  if (transcription === null) return null;
  const text = textRedactor(known);
  return {
    model: text(transcription.model),
    language: text(transcription.language),
    prompt: text(transcription.prompt),
  };
}

function redactToolChoice(choice: ToolChoice | null, known: readonly Secret[]): ToolChoice | null {
  if (choice === null) return null;
  const text = textRedactor(known);
  return { mode: choice.mode, name: text(choice.name), serverLabel: text(choice.serverLabel) };
}

function textRedactor(known: readonly Secret[]): (text: string | null) => string | null {
  return (text) => (text === null ? null : redactText(text, known));
}
