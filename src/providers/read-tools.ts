import { isJsonObject, type JsonObject } from '../platform/validation/json.ts';
import type { FunctionTool, McpTool, Tool, ToolChoice } from '../sessions/session-config.ts';
import {
  boolean,
  everyKnown,
  fieldOrNull,
  filled,
  isAbsentOr,
  listOf,
  named,
  object,
  type Read,
  text,
} from './lenient-readers.ts';
import { TOOL_CHOICE_MODES } from './wire-names.ts';

const readTool: Read<Tool> = (value) => {
  if (!isJsonObject(value)) return undefined;
  switch (value['type'] ?? 'function') {
    // Not required by OpenAI's document. Functions were the first tools, so a tool without a type is a function.
    case 'function':
      return readFunction(value);
    case 'mcp':
      return readMcp(value);
    default:
      return undefined;
  }
};

function readFunction(tool: JsonObject): FunctionTool | undefined {
  const name = filled(tool['name']);
  if (name === undefined) return undefined;
  return {
    kind: 'FUNCTION',
    name,
    description: fieldOrNull(tool['description'], text),
    parameters: tool['parameters'] ?? null,
  };
}

function readMcp(tool: JsonObject): McpTool | undefined {
  const serverLabel = filled(tool['server_label']);
  if (serverLabel === undefined) return undefined;
  const { names, readOnly } = toolFilter(tool['allowed_tools']) ?? NO_FILTER;
  return {
    kind: 'MCP',
    serverLabel,
    serverUrl: fieldOrNull(tool['server_url'], filled),
    connectorId: fieldOrNull(tool['connector_id'], filled),
    serverDescription: fieldOrNull(tool['server_description'], text),
    allowedTools: names,
    readOnlyTools: readOnly,
    requireApproval: tool['require_approval'] ?? null,
    hasAuthorization: (tool['authorization'] ?? '') !== '',
    headerNames: Object.keys(object(tool['headers']) ?? {}),
  };
}

type ToolFilter = { readonly names: readonly string[] | null; readonly readOnly: boolean | null };

const NO_FILTER: ToolFilter = { names: null, readOnly: null };
const FILTER_FIELDS = ['tool_names', 'read_only'];
const readNames = listOf(filled);

/**
 * allowed_tools is a list of names, or a filter. A filter with more than these two narrows the tools in a way that we do not
 * know.
 */
const toolFilter: Read<ToolFilter> = (value) => {
  if (!isJsonObject(value)) {
    const names = readNames(value);
    return names === undefined ? undefined : { names, readOnly: null };
  }
  const { tool_names, read_only } = value;
  if (!Object.keys(value).every((field) => FILTER_FIELDS.includes(field))) return undefined;
  if (!isAbsentOr(tool_names, readNames) || !isAbsentOr(read_only, boolean)) return undefined;
  return { names: fieldOrNull(tool_names, readNames), readOnly: fieldOrNull(read_only, boolean) };
};

/** Reads tools, without those of a type that we do not know. */
export const tools = everyKnown(readTool);

const mode = named(TOOL_CHOICE_MODES);

/** Reads tool_choice: a mode, or an object that names what to call. */
export const toolChoice: Read<ToolChoice> = (value) => {
  const byMode = mode(value);
  if (byMode !== undefined) return { mode: byMode, name: null, serverLabel: null };
  if (!isJsonObject(value)) return undefined;
  const name = filled(value['name']);
  if (value['type'] === 'function')
    return name === undefined ? undefined : { mode: 'FUNCTION', name, serverLabel: null };
  const serverLabel = filled(value['server_label']);
  if (value['type'] !== 'mcp' || serverLabel === undefined || !isAbsentOr(value['name'], filled))
    return undefined;
  return { mode: 'MCP', name: name ?? null, serverLabel };
};
