import type { CallRequest } from '../../sessions/call-request.ts';
import type { SessionRequest, Tool, ToolRequest } from '../../sessions/session-config.ts';

/** A stored request as one that can be written to the wire. It has no credentials, so its tools are sent without. */
export function requestOf({ tools, ...config }: CallRequest): SessionRequest {
  return { ...config, tools: tools?.map(toToolRequest) };
}

function toToolRequest(tool: Tool): ToolRequest {
  return tool.kind === 'FUNCTION' ? tool : { ...tool, authorization: null, headers: [] };
}
