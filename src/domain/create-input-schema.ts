import { z } from 'zod';
import { extraSchema } from './extra-schema.ts';
import { isJsonObject } from './json.ts';
import { Secret } from './secret.ts';
import type { FunctionTool, McpToolRequest, TurnDetection } from './session-config.ts';
import { json, jsonMatching, text } from './text.ts';

const INSTRUCTIONS_MAX = 65_536;
const MAX_LABELS = 32;

// GraphQL lets a client write null for "not given"; from here on there is only absent.
const optional = <T extends z.ZodType>(schema: T) =>
  schema.nullish().transform((value) => value ?? undefined);
const orNull = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? null);

const milliseconds = z.int('must be a whole number').min(0, 'must be at least 0');
const audioFormat = z.enum(['PCM16', 'G711_ULAW', 'G711_ALAW']);

const serverVad = z.object({
  threshold: orNull(z.number().min(0, 'must be at least 0').max(1, 'must be at most 1')),
  prefixPaddingMs: orNull(milliseconds),
  silenceDurationMs: orNull(milliseconds),
  idleTimeoutMs: orNull(milliseconds.min(5000, 'must be at least 5000').max(30_000, 'must be at most 30000')),
  createResponse: orNull(z.boolean()),
  interruptResponse: orNull(z.boolean()),
});

const semanticVad = z.object({
  eagerness: orNull(z.enum(['LOW', 'MEDIUM', 'HIGH', 'AUTO'])),
  createResponse: orNull(z.boolean()),
  interruptResponse: orNull(z.boolean()),
});

const turnDetection = z
  .object({
    serverVad: optional(serverVad),
    semanticVad: optional(semanticVad),
    disabled: optional(z.literal(true, 'must be true; leave it out for the default')),
  })
  .transform((given, context): TurnDetection | null => {
    if (given.serverVad) return { kind: 'SERVER_VAD', ...given.serverVad };
    if (given.semanticVad) return { kind: 'SEMANTIC_VAD', ...given.semanticVad };
    if (given.disabled) return null;
    context.addIssue('must name exactly one of serverVad, semanticVad and disabled');
    return z.NEVER;
  });

const functionTool = z
  .object({
    name: text(256),
    description: orNull(text(INSTRUCTIONS_MAX)),
    parameters: orNull(json.refine(isJsonObject, 'must be a JSON Schema object')),
  })
  .transform((tool): FunctionTool => ({ kind: 'FUNCTION', ...tool }));

const toolNames = z.strictObject({
  tool_names: z.array(text(256)).optional(),
  read_only: z.boolean().optional(),
});
const requireApproval = jsonMatching(
  z.union(
    [
      z.enum(['always', 'never']),
      z.strictObject({ always: toolNames.optional(), never: toolNames.optional() }),
    ],
    'must be "always", "never" or { always: { tool_names, read_only }, never: { tool_names, read_only } }',
  ),
);

const secret = text(8192)
  .regex(/^[\x20-\x7e]+$/, 'must be visible ASCII')
  .transform((value) => new Secret(value));

const header = z.object({
  name: text(256).regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'must be an HTTP header name'),
  value: secret,
});

const mcpTool = z
  .object({
    serverLabel: text(256),
    serverUrl: text(2048).refine(isHttpUrl, 'must be an http(s) URL'),
    serverDescription: orNull(text(4096)),
    authorization: orNull(secret),
    headers: optional(z.array(header)).transform((headers) => headers ?? []),
    allowedTools: orNull(z.array(text(256))),
    requireApproval: orNull(requireApproval),
  })
  .transform((tool): McpToolRequest => ({ kind: 'MCP', ...tool }));

const tool = z
  .object({ function: optional(functionTool), mcp: optional(mcpTool) })
  .transform((given, context): FunctionTool | McpToolRequest => {
    const chosen = given.function ?? given.mcp;
    if (chosen && !(given.function && given.mcp)) return chosen;
    context.addIssue('must name exactly one of function and mcp');
    return z.NEVER;
  });

const toolChoice = z
  .object({
    mode: z.enum(['AUTO', 'NONE', 'REQUIRED', 'FUNCTION', 'MCP']),
    name: orNull(text(256)),
    serverLabel: orNull(text(256)),
  })
  .superRefine(({ mode, name, serverLabel }, context) => {
    const problem = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (mode === 'FUNCTION' && name === null) problem('name', 'is needed with FUNCTION');
    if (mode === 'MCP' && serverLabel === null) problem('serverLabel', 'is needed with MCP');
    if (mode !== 'FUNCTION' && mode !== 'MCP' && name !== null)
      problem('name', 'belongs to FUNCTION and MCP only');
    if (mode !== 'MCP' && serverLabel !== null) problem('serverLabel', 'belongs to MCP only');
  });

const labels = z
  .array(z.object({ key: text(64), value: text(256) }))
  .max(MAX_LABELS, `must be at most ${MAX_LABELS}`)
  .superRefine((given, context) => {
    const seen = new Set<string>();
    for (const [index, { key }] of given.entries()) {
      if (seen.has(key))
        context.addIssue({ code: 'custom', path: [index, 'key'], message: 'is given twice' });
      seen.add(key);
    }
  });

/** CreateRealtimeSessionInput as it comes from GraphQL, checked field by field; dialects are checked afterwards. */
export const createInputSchema = z.object({
  externalUserId: optional(text(255)),
  idempotencyKey: optional(
    z.string().regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters'),
  ),
  expiresAfterSeconds: optional(
    z.int('must be a whole number').min(10, 'must be at least 10').max(7200, 'must be at most 7200'),
  ),
  type: optional(z.enum(['REALTIME', 'TRANSCRIPTION'])),
  model: optional(text(256)),
  modalities: optional(
    z
      .array(z.enum(['TEXT', 'AUDIO']))
      .min(1, 'must not be empty')
      .refine((given) => new Set(given).size === given.length, 'must not repeat a value'),
  ),
  instructions: optional(text(INSTRUCTIONS_MAX)),
  voice: optional(text(256)),
  inputAudioFormat: optional(audioFormat),
  outputAudioFormat: optional(audioFormat),
  inputAudioTranscription: optional(
    z.object({
      model: orNull(text(256)),
      language: orNull(text(64)),
      prompt: orNull(text(INSTRUCTIONS_MAX)),
    }),
  ),
  // Not optional(): its own null means switched off, so a given null must turn absent before it is read.
  turnDetection: z.preprocess((given) => given ?? undefined, turnDetection.optional()).optional(),
  inputAudioNoiseReduction: optional(z.object({ type: z.enum(['NEAR_FIELD', 'FAR_FIELD']) })),
  tools: optional(z.array(tool).max(128, 'must be at most 128')),
  toolChoice: optional(toolChoice),
  temperature: optional(z.number()),
  maxResponseOutputTokens: optional(
    z.union([z.int().min(1), z.literal('inf')], 'must be a positive whole number or "inf"'),
  ),
  extra: optional(jsonMatching(extraSchema).refine(isJsonObject, 'must be an object')),
  labels: optional(labels),
});

export type ParsedCreateInput = z.output<typeof createInputSchema>;

function isHttpUrl(value: string): boolean {
  return /^https?:\/\//i.test(value) && URL.canParse(value);
}
