/** How many characters (UTF-16 units) instructions, prompts and descriptions of functions may have. */
export const MAX_INSTRUCTIONS = 65_536;
/** The URL of an MCP server. */
export const MAX_URL = 2048;
/** The authorization of an MCP tool, and the value of one of its headers. */
export const MAX_CREDENTIAL = 8192;

/** How many entries the lists of a session's input may have. Their fields in the schema name the same numbers. */
export const MAX_LABELS = 32;
export const MAX_MODALITIES = 2;
/** The languages and the keywords of a transcription. */
export const MAX_LANGUAGES = 64;
export const MAX_KEYWORDS = 500;
export const MAX_TOOLS = 128;
/** The headers of one MCP tool. */
export const MAX_HEADERS = 32;
/** Names of tools of one MCP server, in allowedTools and in requireApproval. */
export const MAX_TOOL_NAMES = 256;
