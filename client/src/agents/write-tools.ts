import type { CreateRealtimeSessionInput, McpToolInput, ToolInput } from '../generated/types.ts';
import type { ApprovalParams, McpToolParams, ToolChoiceParams, ToolParams } from './client-secret-params.ts';
import { isObject, type Path, type Refusals } from './refusals.ts';
import { CONNECTORS, isKeyOf, TOOL_CHOICE_MODES } from './wire-names.ts';
import { withoutUndefined } from './without-undefined.ts';

type Input = CreateRealtimeSessionInput;

export function writeTools(tools: Input['tools'], refusals: Refusals): ToolParams[] | undefined {
  if (tools == null) return undefined;
  return tools.flatMap((tool, index) => writeTool(tool, ['tools', index], refusals) ?? []);
}

function writeTool(tool: ToolInput, path: Path, refusals: Refusals): ToolParams | undefined {
  if (tool.mcp !== undefined) return writeMcp(tool.mcp, [...path, 'mcp'], refusals);
  if (tool.function === undefined) return refusals.refuse(path, 'must name function or mcp');
  const { name, description, parameters } = tool.function;
  return {
    type: 'function',
    name,
    ...withoutUndefined({ description: description ?? undefined, parameters: parameters ?? undefined }),
  };
}

function writeMcp(tool: McpToolInput, path: Path, refusals: Refusals): McpToolParams {
  const { connectorId, requireApproval, headers } = tool;
  if (connectorId != null && !isKeyOf(CONNECTORS, connectorId))
    refusals.refuse([...path, 'connectorId'], 'is not known to OpenAI');
  if (requireApproval != null && !isApproval(requireApproval))
    refusals.refuse([...path, 'requireApproval'], 'must be always, never or an object of both');
  return {
    type: 'mcp',
    server_label: tool.serverLabel,
    ...withoutUndefined({
      server_url: tool.serverUrl ?? undefined,
      connector_id: isKeyOf(CONNECTORS, connectorId) ? connectorId : undefined,
      server_description: tool.serverDescription ?? undefined,
      authorization: tool.authorization ?? undefined,
      headers: headers?.length ? writeHeaders(headers, [...path, 'headers'], refusals) : undefined,
      allowed_tools: writeAllowedTools(tool),
      require_approval: isApproval(requireApproval) ? requireApproval : undefined,
    }),
  };
}

function writeHeaders(
  headers: NonNullable<McpToolInput['headers']>,
  path: Path,
  refusals: Refusals,
): { [name: string]: string } {
  const written = new Map<string, string>();
  for (const [index, { name, value }] of headers.entries()) {
    if (written.has(name)) refusals.refuse([...path, index, 'name'], 'is given twice');
    written.set(name, value);
  }
  return Object.fromEntries(written);
}

function writeAllowedTools({ allowedTools, readOnlyTools }: McpToolInput): McpToolParams['allowed_tools'] {
  const names = allowedTools == null ? undefined : [...allowedTools];
  if (!readOnlyTools) return names;
  return { ...withoutUndefined({ tool_names: names }), read_only: true };
}

function isApproval(value: unknown): value is 'always' | 'never' | ApprovalParams {
  if (value === 'always' || value === 'never') return true;
  return (
    isObject(value) &&
    Object.entries(value).every(([name, filter]) => isKeyOf(WHEN, name) && isFilter(filter))
  );
}

const WHEN = { always: true, never: true };

function isFilter(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { tool_names = [], read_only = false, ...others } = value;
  const named = Array.isArray(tool_names) && tool_names.every((name) => typeof name === 'string');
  return named && typeof read_only === 'boolean' && Object.keys(others).length === 0;
}

export function writeToolChoice(
  choice: Input['toolChoice'],
  refusals: Refusals,
): ToolChoiceParams | undefined {
  if (choice == null) return undefined;
  const { mode, name, serverLabel } = choice;
  const path = ['toolChoice'];
  if (mode !== 'MCP' && serverLabel != null) refusals.refuse([...path, 'serverLabel'], 'belongs to MCP only');
  switch (mode) {
    case 'AUTO':
    case 'NONE':
    case 'REQUIRED':
      if (name != null) refusals.refuse([...path, 'name'], 'belongs to FUNCTION and MCP only');
      return TOOL_CHOICE_MODES[mode];
    case 'FUNCTION':
      if (name == null) return refusals.refuse([...path, 'name'], 'is needed');
      return { type: 'function', name };
    case 'MCP':
      if (serverLabel == null) return refusals.refuse([...path, 'serverLabel'], 'is needed');
      return { type: 'mcp', server_label: serverLabel, ...withoutUndefined({ name: name ?? undefined }) };
    default:
      mode satisfies never;
      return refusals.refuse([...path, 'mode'], 'is not known');
  }
}
