/** How many entries the lists of a session's input may have. Their fields in the schema name the same numbers. */
export const MAX_LABELS = 32;
export const MAX_MODALITIES = 2;
export const MAX_TOOLS = 128;
/** The headers of one MCP tool. */
export const MAX_HEADERS = 64;
/** Names of tools of one MCP server, in allowedTools and in requireApproval. */
export const MAX_TOOL_NAMES = 256;
