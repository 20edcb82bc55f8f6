import type { ToolChoiceInput, ToolInput } from '../generated/types.ts';
import type {
  FunctionToolParams,
  McpToolParams,
  ToolChoiceParams,
  ToolParams,
} from './client-secret-params.ts';
import type { NoFields } from './read-audio.ts';
import { isObject, type Path, type Refusals } from './refusals.ts';
import { keyOf, TOOL_CHOICE_MODES } from './wire-names.ts';
import { withoutUndefined } from './without-undefined.ts';

export function readTools(
  tools: readonly ToolParams[] | undefined,
  path: Path,
  refusals: Refusals,
): readonly ToolInput[] | undefined {
  if (tools === undefined) return undefined;
  if (!Array.isArray(tools)) return refusals.refuse(path, 'must be a list');
  return tools.flatMap((tool: ToolParams, index) => readTool(tool, [...path, index], refusals) ?? []);
}

function readTool(tool: ToolParams, path: Path, refusals: Refusals): ToolInput | undefined {
  if (!isObject(tool)) return refusals.refuse(path, 'must be an object');
  switch (tool.type) {
    case 'function':
    case undefined:
      return readFunction(tool, path, refusals);
    case 'mcp':
      return readMcp(tool, path, refusals);
    default:
      tool satisfies never;
      return refusals.refuse([...path, 'type'], 'must be function or mcp');
  }
}

function readFunction(tool: FunctionToolParams, path: Path, refusals: Refusals): ToolInput | undefined {
  const { type: _, name, description, parameters, ...others } = tool;
  refusals.refuseAll(path, others satisfies NoFields);
  if (typeof name !== 'string') return refusals.refuse([...path, 'name'], 'is needed');
  return { function: { name, ...withoutUndefined({ description, parameters }) } };
}

function readMcp(tool: McpToolParams, path: Path, refusals: Refusals): ToolInput | undefined {
  const {
    type: _,
    server_label,
    server_url,
    connector_id,
    server_description,
    authorization,
    ...rest
  } = tool;
  const { headers, allowed_tools, require_approval, ...unsupported } = rest;
  const { allowed_callers, defer_loading, tunnel_id, ...others } = unsupported;
  // Null is what leaving it out means.
  const noPlace = { allowed_callers: allowed_callers ?? undefined, defer_loading, tunnel_id };
  refusals.refuseAll(path, { ...noPlace, ...(others satisfies NoFields) });
  return {
    mcp: {
      serverLabel: server_label,
      ...withoutUndefined({
        serverUrl: server_url,
        connectorId: connector_id,
        serverDescription: server_description,
        authorization,
        headers: readHeaders(headers),
        ...readAllowedTools(allowed_tools, [...path, 'allowed_tools'], refusals),
        requireApproval: require_approval ?? undefined,
      }),
    },
  };
}

function readHeaders(headers: McpToolParams['headers']) {
  const list = Object.entries(headers ?? {}).map(([name, value]) => ({ name, value }));
  return list.length > 0 ? list : undefined;
}

function readAllowedTools(allowed: McpToolParams['allowed_tools'], path: Path, refusals: Refusals) {
  if (allowed === undefined || allowed === null) return {};
  if (Array.isArray(allowed)) return { allowedTools: allowed };
  if (!isObject(allowed)) return refusals.refuse(path, 'must be a list or an object');
  const { tool_names, read_only, ...others } = allowed;
  refusals.refuseAll(path, others satisfies NoFields);
  // In the input false asks for no filter; it is not sure that it does here.
  if (read_only === false) refusals.refuse([...path, 'read_only'], 'must be true, or left out');
  return { allowedTools: tool_names, readOnlyTools: read_only };
}

export function readToolChoice(
  choice: ToolChoiceParams | undefined,
  path: Path,
  refusals: Refusals,
): ToolChoiceInput | undefined {
  if (choice === undefined) return undefined;
  if (typeof choice === 'string') {
    const mode = keyOf(TOOL_CHOICE_MODES, choice);
    return mode === undefined ? refusals.refuse(path, 'must be auto, none or required') : { mode };
  }
  if (!isObject(choice)) return refusals.refuse(path, 'must be a mode or an object');
  switch (choice.type) {
    case 'function': {
      const { type: _, name, ...others } = choice;
      refusals.refuseAll(path, others satisfies NoFields);
      return { mode: 'FUNCTION', name };
    }
    case 'mcp': {
      const { type: _, server_label, name, ...others } = choice;
      refusals.refuseAll(path, others satisfies NoFields);
      return { mode: 'MCP', serverLabel: server_label, ...withoutUndefined({ name: name ?? undefined }) };
    }
    default:
      choice satisfies never;
      return refusals.refuse([...path, 'type'], 'must be function or mcp');
  }
}
