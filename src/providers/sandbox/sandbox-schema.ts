import { z } from 'zod';
import { isJsonObject, type Json, type JsonObject } from '../../platform/validation/json.ts';

// Accepts what the general-availability API accepts, and nothing else. OpenAI refuses unknown fields; with a more lenient
// sandbox, mistakes would only show with a real key.

const text = z.string().min(1);
const json = z.custom<Json>();
const nothing = z.null();

const format = z.union([
  z.strictObject({ type: z.literal('audio/pcm'), rate: z.literal(24_000).exactOptional() }),
  z.strictObject({ type: z.enum(['audio/pcmu', 'audio/pcma']) }),
]);
const responses = {
  create_response: z.boolean().exactOptional(),
  interrupt_response: z.boolean().exactOptional(),
};
const milliseconds = z.int().min(0).exactOptional();

const input = z.strictObject({
  format: format.exactOptional(),
  transcription: z
    .strictObject({
      model: text.exactOptional(),
      language: text.exactOptional(),
      languages: z.array(text).min(1).exactOptional(),
      keywords: z.array(text).exactOptional(),
      prompt: z.string().exactOptional(),
      delay: z.enum(['minimal', 'low', 'medium', 'high', 'xhigh']).exactOptional(),
    })
    .nullable()
    .exactOptional(),
  noise_reduction: z
    .strictObject({
      type: z.enum(['near_field', 'far_field']),
      strength: z.number().min(0).max(1).exactOptional(),
    })
    .nullable()
    .exactOptional(),
  turn_detection: z
    .discriminatedUnion('type', [
      z.strictObject({
        type: z.literal('server_vad'),
        threshold: z.number().min(0).max(1).exactOptional(),
        prefix_padding_ms: milliseconds,
        silence_duration_ms: milliseconds,
        idle_timeout_ms: z.int().min(5000).max(30_000).nullable().exactOptional(),
        ...responses,
      }),
      z.strictObject({
        type: z.literal('semantic_vad'),
        eagerness: z.enum(['low', 'medium', 'high', 'auto']).exactOptional(),
        ...responses,
      }),
    ])
    .nullable()
    .exactOptional(),
});

const toolFilter = z.strictObject({
  tool_names: z.array(text).exactOptional(),
  read_only: z.boolean().exactOptional(),
});

const tool = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('function'),
    name: text,
    description: z.string().exactOptional(),
    parameters: z.custom<JsonObject>(isJsonObject).exactOptional(),
  }),
  z.strictObject({
    type: z.literal('mcp'),
    server_label: text,
    server_url: z.url().exactOptional(),
    connector_id: text.exactOptional(),
    tunnel_id: z
      .string()
      .regex(/^tunnel_[a-z0-9]{32}$/)
      .exactOptional(),
    server_description: z.string().exactOptional(),
    authorization: text.exactOptional(),
    headers: z.record(z.string(), z.string()).nullable().exactOptional(),
    allowed_tools: z.union([z.array(text), toolFilter, nothing]).exactOptional(),
    require_approval: z
      .union([
        z.enum(['always', 'never']),
        z.strictObject({ always: toolFilter.exactOptional(), never: toolFilter.exactOptional() }),
        nothing,
      ])
      .exactOptional(),
  }),
]);

const include = z.array(z.literal('item.input_audio_transcription.logprobs')).nullable().exactOptional();

const realtime = z.strictObject({
  type: z.literal('realtime'),
  model: text.exactOptional(),
  output_modalities: z
    .array(z.enum(['text', 'audio']))
    .length(1)
    .exactOptional(),
  instructions: z.string().exactOptional(),
  audio: z
    .strictObject({
      input: input.exactOptional(),
      output: z
        .strictObject({
          format: format.exactOptional(),
          voice: z.union([text, z.strictObject({ id: text })]).exactOptional(),
          speed: z.number().min(0.25).max(1.5).exactOptional(),
        })
        .exactOptional(),
    })
    .exactOptional(),
  tools: z.array(tool).exactOptional(),
  tool_choice: z
    .union([
      z.enum(['none', 'auto', 'required']),
      z.strictObject({ type: z.literal('function'), name: text }),
      z.strictObject({ type: z.literal('mcp'), server_label: text, name: text.nullable().exactOptional() }),
    ])
    .exactOptional(),
  parallel_tool_calls: z.boolean().exactOptional(),
  reasoning: z
    .strictObject({ effort: z.enum(['minimal', 'low', 'medium', 'high', 'xhigh']).exactOptional() })
    .exactOptional(),
  // OpenAI's document says at most 4096, the pages of newer models 32,000, so no upper limit is checked.
  max_output_tokens: z.union([z.int().min(1), z.literal('inf')]).exactOptional(),
  tracing: z
    .union([
      z.literal('auto'),
      z.strictObject({
        workflow_name: z.string().exactOptional(),
        group_id: z.string().exactOptional(),
        metadata: z.custom<JsonObject>(isJsonObject).exactOptional(),
      }),
      nothing,
    ])
    .exactOptional(),
  truncation: z
    .union([
      z.enum(['auto', 'disabled']),
      z.strictObject({
        type: z.literal('retention_ratio'),
        retention_ratio: z.number().min(0).max(1),
        token_limits: z.strictObject({ post_instructions: z.int().min(0).exactOptional() }).exactOptional(),
      }),
    ])
    .exactOptional(),
  prompt: z
    .strictObject({
      id: text,
      version: text.nullable().exactOptional(),
      variables: z.record(z.string(), json).nullable().exactOptional(),
    })
    .nullable()
    .exactOptional(),
  include,
});

/** The session of a session.update, and the `session` part of POST /realtime/calls, which names a model. */
export const realtimeSession = realtime;
export const callRequest = realtime.extend({ model: text });

const transcription = z.strictObject({
  type: z.literal('transcription'),
  audio: z.strictObject({ input: input.exactOptional() }).exactOptional(),
  include,
});

const translation = z.strictObject({
  model: text,
  audio: z
    .strictObject({
      input: z
        .strictObject({
          transcription: z.strictObject({ model: text }).nullable().exactOptional(),
          noise_reduction: z
            .strictObject({ type: z.enum(['near_field', 'far_field']) })
            .nullable()
            .exactOptional(),
        })
        .exactOptional(),
      output: z.strictObject({ language: text.exactOptional() }).exactOptional(),
    })
    .exactOptional(),
});

const expires_after = z
  .strictObject({
    anchor: z.literal('created_at').exactOptional(),
    seconds: z.int().min(10).max(7200).exactOptional(),
  })
  .exactOptional();

/** The body of POST /realtime/client_secrets. */
const clientSecretRequest = z.strictObject({
  expires_after,
  session: z.discriminatedUnion('type', [realtime, transcription]).default({ type: 'realtime' }),
});

/** The body of POST /realtime/translations/client_secrets. Its sessions are of one type, which is not sent. */
const translationRequest = z.strictObject({
  expires_after,
  session: translation.transform((session) => ({ type: 'translation' as const, ...session })),
});

export type SandboxRequest = z.output<typeof clientSecretRequest> | z.output<typeof translationRequest>;
export type SandboxSession = SandboxRequest['session'];

/** What may be sent to each path. */
export const SANDBOX_REQUESTS: ReadonlyMap<string, z.ZodType<SandboxRequest>> = new Map<
  string,
  z.ZodType<SandboxRequest>
>([
  ['/v1/realtime/client_secrets', clientSecretRequest],
  ['/v1/realtime/translations/client_secrets', translationRequest],
]);
