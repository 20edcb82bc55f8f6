import { z } from 'zod';
import { noCredential } from '../platform/redaction/plain-text.ts';
import { Secret } from '../platform/redaction/secret.ts';
import { isJsonObject } from '../platform/validation/json.ts';
import { json, jsonMatching, listOf, text } from '../platform/validation/text.ts';
import { extraSchema } from '../providers/extra-fields.ts';
import { CONNECTION_KINDS } from '../sessions/call-request.ts';
import {
  type FunctionTool,
  type InputAudioTranscription,
  type McpToolRequest,
  SESSION_TYPES,
  type SemanticVad,
  type ServerVad,
  type SessionRequest,
  type TurnDetection,
} from '../sessions/session-config.ts';
import { externalUserId } from '../users/parse-external-user-id.ts';
import {
  MAX_CREDENTIAL,
  MAX_HEADERS,
  MAX_INSTRUCTIONS,
  MAX_KEYWORDS,
  MAX_LABELS,
  MAX_LANGUAGES,
  MAX_MODALITIES,
  MAX_TOOL_NAMES,
  MAX_TOOLS,
  MAX_URL,
} from './input-limits.ts';
import { SWITCHED_OFF_BY_NULL } from './switched-off-by-null.ts';

// A client may write null for a field that it does not set. From here on such a field is absent, except those that null
// switches off. Done once for each object, because a transform for each field costs more than all the checks.
const objectOf = <S extends z.ZodRawShape>(fields: S) => z.preprocess(withoutNulls, z.object(fields));
// For objects that few requests have. Others do it in one transform for all their fields.
const orNull = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? null);

const milliseconds = z.int('must be a whole number').min(0, 'must be at least 0');
const fraction = z.number().min(0, 'must be at least 0').max(1, 'must be at most 1');
const audioFormat = z.enum(['PCM16', 'G711_ULAW', 'G711_ALAW']);

const serverVad = z
  .object({
    threshold: fraction.nullish(),
    prefixPaddingMs: milliseconds.nullish(),
    silenceDurationMs: milliseconds.nullish(),
    idleTimeoutMs: milliseconds
      .min(5000, 'must be at least 5000')
      .max(30_000, 'must be at most 30000')
      .nullish(),
    createResponse: z.boolean().nullish(),
    interruptResponse: z.boolean().nullish(),
  })
  .transform(
    (vad): ServerVad => ({
      kind: 'SERVER_VAD',
      threshold: vad.threshold ?? null,
      prefixPaddingMs: vad.prefixPaddingMs ?? null,
      silenceDurationMs: vad.silenceDurationMs ?? null,
      idleTimeoutMs: vad.idleTimeoutMs ?? null,
      createResponse: vad.createResponse ?? null,
      interruptResponse: vad.interruptResponse ?? null,
    }),
  );

const semanticVad = z
  .object({
    eagerness: z.enum(['LOW', 'MEDIUM', 'HIGH', 'AUTO']).nullish(),
    createResponse: z.boolean().nullish(),
    interruptResponse: z.boolean().nullish(),
  })
  .transform(
    ({ eagerness = null, createResponse = null, interruptResponse = null }): SemanticVad => ({
      kind: 'SEMANTIC_VAD',
      eagerness,
      createResponse,
      interruptResponse,
    }),
  );

const turnDetection = objectOf({
  serverVad: serverVad.optional(),
  semanticVad: semanticVad.optional(),
  disabled: z.literal(true, 'must be true; leave it out for the default').optional(),
}).transform(({ serverVad, semanticVad, disabled }, context): TurnDetection | null => {
  if (serverVad) return serverVad;
  if (semanticVad) return semanticVad;
  if (disabled) return null;
  context.addIssue('must name exactly one of serverVad, semanticVad and disabled');
  return z.NEVER;
});

const functionTool = z
  .object({
    name: text(256),
    description: text(MAX_INSTRUCTIONS).nullish(),
    parameters: json.refine(isJsonObject, 'must be a JSON Schema object').nullish(),
  })
  .transform(
    ({ name, description = null, parameters = null }): FunctionTool => ({
      kind: 'FUNCTION',
      name,
      description,
      parameters,
    }),
  );

const toolNames = z.strictObject({
  tool_names: listOf(text(256), MAX_TOOL_NAMES).optional(),
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

const secret = text(MAX_CREDENTIAL)
  .regex(/^[\x20-\x7e]+$/, 'must be visible ASCII')
  .transform((value) => new Secret(value));

const header = z.object({
  name: text(256).regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'must be an HTTP header name'),
  value: secret,
});

const mcpTool = z
  .object({
    serverLabel: text(256),
    serverUrl: orNull(text(MAX_URL).refine(isHttpUrl, 'must be an http(s) URL')),
    connectorId: orNull(text(256)),
    serverDescription: orNull(text(4096)),
    authorization: orNull(secret),
    headers: listOf(header, MAX_HEADERS)
      .nullish()
      .transform((headers) => headers ?? []),
    allowedTools: orNull(listOf(text(256), MAX_TOOL_NAMES)),
    // False asks for no filter.
    readOnlyTools: z
      .boolean()
      .nullish()
      .transform((only) => only || null),
    requireApproval: orNull(requireApproval),
  })
  .refine(
    ({ serverUrl, connectorId }) => (serverUrl === null) !== (connectorId === null),
    'must have exactly one of serverUrl and connectorId',
  )
  .transform((tool): McpToolRequest => ({ kind: 'MCP', ...tool }));

const tool = objectOf({ function: functionTool.optional(), mcp: mcpTool.optional() }).transform(
  (tool, context): FunctionTool | McpToolRequest => {
    const chosen = tool.function ?? tool.mcp;
    if (chosen && !(tool.function && tool.mcp)) return chosen;
    context.addIssue('must name exactly one of function and mcp');
    return z.NEVER;
  },
);

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

const inputAudioTranscription = z
  .object({
    model: text(256).nullish(),
    language: text(64).nullish(),
    languages: listOf(text(64), MAX_LANGUAGES)
      .refine((languages) => languages.length > 0, 'must not be empty')
      .nullish(),
    prompt: text(MAX_INSTRUCTIONS).nullish(),
    keywords: listOf(text(256), MAX_KEYWORDS).nullish(),
    delay: z.enum(['MINIMAL', 'LOW', 'MEDIUM', 'HIGH', 'XHIGH']).nullish(),
  })
  .transform(
    (transcription): InputAudioTranscription => ({
      model: transcription.model ?? null,
      language: transcription.language ?? null,
      languages: transcription.languages ?? null,
      prompt: transcription.prompt ?? null,
      keywords: transcription.keywords ?? null,
      delay: transcription.delay ?? null,
    }),
  );

const labels = listOf(z.object({ key: text(64), value: text(256) }), MAX_LABELS).superRefine(
  (entries, context) => {
    const seen = new Set<string>();
    for (const [index, { key }] of entries.entries()) {
      if (seen.has(key))
        context.addIssue({ code: 'custom', path: [index, 'key'], message: 'is given twice' });
      seen.add(key);
    }
  },
);

type SessionIndependentField =
  | 'externalUserId'
  | 'idempotencyKey'
  | 'expiresAfterSeconds'
  | 'labels'
  | 'provider'
  | 'connection'
  | 'maxCallSeconds'
  | 'idleSeconds';

/** Checks CreateRealtimeSessionInput field by field. What the provider's dialect can say is checked afterwards. */
export const createInputSchema = z.compile(
  objectOf({
    externalUserId: externalUserId.optional(),
    idempotencyKey: noCredential(
      z.string().regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters'),
    ).optional(),
    expiresAfterSeconds: z
      .int('must be a whole number')
      .min(10, 'must be at least 10')
      .max(7200, 'must be at most 7200')
      .optional(),
    type: z.enum(SESSION_TYPES).optional(),
    model: text(256).optional(),
    modalities: z
      .array(z.enum(['TEXT', 'AUDIO']))
      .min(1, 'must not be empty')
      .max(MAX_MODALITIES, `must be at most ${MAX_MODALITIES}`)
      .refine((values) => new Set(values).size === values.length, 'must not repeat a value')
      .optional(),
    instructions: text(MAX_INSTRUCTIONS).optional(),
    voice: text(256).optional(),
    inputAudioFormat: audioFormat.optional(),
    outputAudioFormat: audioFormat.optional(),
    inputAudioTranscription: inputAudioTranscription.nullish(),
    turnDetection: turnDetection.nullish(),
    inputAudioNoiseReduction: z
      .object({
        type: z.enum(['NEAR_FIELD', 'FAR_FIELD']),
        strength: orNull(fraction),
      })
      .nullish(),
    tools: listOf(tool, MAX_TOOLS).optional(),
    toolChoice: toolChoice.optional(),
    temperature: z.number().optional(),
    maxResponseOutputTokens: z
      .union([z.int().min(1), z.literal('inf')], 'must be a positive whole number or "inf"')
      .optional(),
    // Whether it is configured is checked afterwards, which bounds its length.
    provider: z.string().optional(),
    outputLanguage: text(64).optional(),
    connection: z.enum(CONNECTION_KINDS).optional(),
    maxCallSeconds: z
      .int('must be a whole number')
      .min(10, 'must be at least 10')
      .max(3600, 'must be at most 3600')
      .optional(),
    idleSeconds: z
      .int('must be a whole number')
      .refine(
        (seconds) => seconds === 0 || (seconds >= 10 && seconds <= 3600),
        'must be 0, or from 10 to 3600',
      )
      .optional(),
    extra: jsonMatching(extraSchema).refine(isJsonObject, 'must be an object').optional(),
    labels: labels.optional(),
  } satisfies Record<keyof SessionRequest | SessionIndependentField, z.ZodType>),
);

export type ParsedCreateInput = z.output<typeof createInputSchema>;

function withoutNulls(value: unknown): unknown {
  // Most have none.
  if (!isJsonObject(value) || !Object.values(value).includes(null)) return value;
  return Object.fromEntries(
    Object.entries(value).filter(([name, field]) => field !== null || SWITCHED_OFF_BY_NULL.has(name)),
  );
}

function isHttpUrl(value: string): boolean {
  return /^https?:\/\//i.test(value) && URL.canParse(value);
}
