import type {
  SessionConfig,
  SessionRequest,
  Tool,
  ToolRequest,
  TurnDetection,
} from '../../src/sessions/session-config.ts';

/** A request as a client would write it: CreateRealtimeSessionInput, without whom it is for. */
export function toInput(request: SessionRequest): Record<string, unknown> {
  const { turnDetection, tools, extra, ...rest } = request;
  return {
    ...rest,
    extra,
    ...(turnDetection === undefined ? {} : { turnDetection: turnDetectionInput(turnDetection) }),
    ...(tools === undefined ? {} : { tools: tools.map(toolInput) }),
  };
}

/** What GraphQL answers for a config when all of its fields are asked for. */
export function toOutput(config: SessionConfig): Record<string, unknown> {
  const { turnDetection, tools, ...rest } = config;
  return { ...rest, turnDetection: turnDetectionOutput(turnDetection), tools: tools.map(toolOutput) };
}

function turnDetectionInput(vad: TurnDetection | null): object {
  if (vad === null) return { disabled: true };
  const { kind, ...fields } = vad;
  return kind === 'SERVER_VAD' ? { serverVad: fields } : { semanticVad: fields };
}

function toolInput(tool: ToolRequest): object {
  if (tool.kind === 'FUNCTION') {
    const { kind: _, ...fields } = tool;
    return { function: fields };
  }
  const { kind: _, authorization, headers, ...server } = tool;
  return {
    mcp: {
      ...server,
      authorization: authorization?.reveal() ?? null,
      headers: headers.map(({ name, value }) => ({ name, value: value.reveal() })),
    },
  };
}

function turnDetectionOutput(vad: TurnDetection | null): object | null {
  if (vad === null) return null;
  const { kind, ...fields } = vad;
  return { __typename: kind === 'SERVER_VAD' ? 'ServerVad' : 'SemanticVad', ...fields };
}

function toolOutput({ kind, ...fields }: Tool): object {
  return { __typename: kind === 'FUNCTION' ? 'FunctionTool' : 'McpTool', ...fields };
}
