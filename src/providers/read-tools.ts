import { z } from 'zod';
import { isJsonObject, type Json } from '../platform/validation/json.ts';
import type { FunctionTool, McpTool, Tool, ToolChoice } from '../sessions/session-config.ts';
import { everyKnown, fieldOrNull, filled, named } from './lenient-schema.ts';
import { TOOL_CHOICE_MODES } from './wire-names.ts';

// Checks nothing, because everything here comes from JSON.parse.
const anyJson = z.custom<Json>();

const functionTool = z
  .looseObject({
    // Not required by OpenAI's document. Functions were the first tools, so a tool without a type is a function.
    type: z.literal('function').nullish(),
    name: filled,
    description: fieldOrNull(z.string()),
    parameters: fieldOrNull(anyJson),
  })
  .transform(
    ({ name, description, parameters }): FunctionTool => ({
      kind: 'FUNCTION',
      name,
      description,
      parameters,
    }),
  );

// allowed_tools is a list of names, or a filter. A filter with more than these two narrows the tools in a way that we do
// not know.
const toolFilter = z.union([
  z.array(filled).transform((tool_names) => ({ tool_names, read_only: null })),
  z.strictObject({ tool_names: z.array(filled).nullish(), read_only: z.boolean().nullish() }),
]);

const mcpTool = z
  .looseObject({
    type: z.literal('mcp'),
    server_label: filled,
    server_url: fieldOrNull(filled),
    connector_id: fieldOrNull(filled),
    server_description: fieldOrNull(z.string()),
    allowed_tools: fieldOrNull(toolFilter),
    require_approval: fieldOrNull(anyJson),
    authorization: fieldOrNull(anyJson),
    headers: fieldOrNull(z.custom<object>(isJsonObject)),
  })
  .transform(
    (tool): McpTool => ({
      kind: 'MCP',
      serverLabel: tool.server_label,
      serverUrl: tool.server_url,
      connectorId: tool.connector_id,
      serverDescription: tool.server_description,
      allowedTools: tool.allowed_tools?.tool_names ?? null,
      readOnlyTools: tool.allowed_tools?.read_only ?? null,
      requireApproval: tool.require_approval,
      hasAuthorization: tool.authorization !== null && tool.authorization !== '',
      headerNames: Object.keys(tool.headers ?? {}),
    }),
  );

const tool: z.ZodType<Tool> = z.union([functionTool, mcpTool]);

/** Reads tools, without those of a type that we do not know. */
export const tools = everyKnown(tool);

/** Reads tool_choice: a mode, or an object that names what to call. */
export const toolChoice: z.ZodType<ToolChoice> = z.union([
  named(TOOL_CHOICE_MODES).transform((mode) => ({ mode, name: null, serverLabel: null })),
  z
    .looseObject({ type: z.literal('function'), name: filled })
    .transform(({ name }) => ({ mode: 'FUNCTION' as const, name, serverLabel: null })),
  z
    .looseObject({ type: z.literal('mcp'), server_label: filled, name: filled.nullish() })
    .transform(({ server_label, name }) => ({
      mode: 'MCP' as const,
      name: name ?? null,
      serverLabel: server_label,
    })),
]);
