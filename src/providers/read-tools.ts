import { z } from 'zod';
import { isJsonObject, type Json } from '../platform/validation/json.ts';
import type { FunctionTool, McpTool, Tool, ToolChoice } from '../sessions/session-config.ts';
import { everyKnown, fieldOrNull, named } from './lenient-schema.ts';
import { TOOL_CHOICE_MODES } from './wire-names.ts';

// Checks nothing, because everything here comes from JSON.parse.
const anyJson = z.custom<Json>();

const functionTool = z
  .looseObject({
    // Not required by OpenAI's document. Functions were the first tools, so a tool without a type is a function.
    type: z.literal('function').nullish(),
    name: z.string(),
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

// allowed_tools is a list of names, or a filter with a list of names.
const allowedTools = z.union([
  z.array(z.string()),
  z.looseObject({ tool_names: z.array(z.string()) }).transform(({ tool_names }) => tool_names),
]);

const mcpTool = z
  .looseObject({
    type: z.literal('mcp'),
    server_label: z.string(),
    server_url: fieldOrNull(z.string()),
    server_description: fieldOrNull(z.string()),
    allowed_tools: fieldOrNull(allowedTools),
    require_approval: fieldOrNull(anyJson),
    authorization: fieldOrNull(z.string().min(1)),
    headers: fieldOrNull(z.custom<object>(isJsonObject)),
  })
  .transform(
    (tool): McpTool => ({
      kind: 'MCP',
      serverLabel: tool.server_label,
      serverUrl: tool.server_url,
      serverDescription: tool.server_description,
      allowedTools: tool.allowed_tools,
      requireApproval: tool.require_approval,
      hasAuthorization: tool.authorization !== null,
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
    .looseObject({ type: z.literal('function'), name: z.string() })
    .transform(({ name }) => ({ mode: 'FUNCTION' as const, name, serverLabel: null })),
  z
    .looseObject({ type: z.literal('mcp'), server_label: z.string(), name: fieldOrNull(z.string()) })
    .transform(({ server_label, name }) => ({ mode: 'MCP' as const, name, serverLabel: server_label })),
]);
