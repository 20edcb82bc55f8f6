import { z } from 'zod';
import { json, recordOf, text } from '../platform/validation/text.ts';

const NAME_LENGTH = 1024;
/** How many fields the metadata of a trace, or the variables of a prompt, may have, and entries a list of events. */
export const MAX_EXTRA_FIELDS = 256;
export const MAX_INCLUDED = 16;

const name = text(NAME_LENGTH);
const record = recordOf(json, NAME_LENGTH, MAX_EXTRA_FIELDS);

/** Which events pass a browser's data channel: all, or those that are listed. */
const events = <T extends z.ZodType>(entry: T) =>
  z.union(
    [z.literal('all'), z.array(entry).max(MAX_EXTRA_FIELDS)],
    `must be "all" or a list of at most ${MAX_EXTRA_FIELDS}`,
  );

/**
 * Further session fields of the provider, which `extra` may carry under their wire names, with the ranges of OpenAI's
 * document (2026-08-21). Any other field is refused, because upstream would refuse it too.
 */
export const extraSchema = z.strictObject({
  speed: z
    .number('must be a number')
    .min(0.25, 'must be at least 0.25')
    .max(1.5, 'must be at most 1.5')
    .optional(),
  tracing: z
    .union(
      [
        z.literal('auto'),
        z.strictObject({
          workflow_name: name.optional(),
          group_id: name.optional(),
          metadata: record.optional(),
        }),
        z.null(),
      ],
      'must be "auto", null or an object of workflow_name, group_id and metadata',
    )
    .optional(),
  truncation: z
    .union(
      [
        z.enum(['auto', 'disabled']),
        z.strictObject({
          type: z.literal('retention_ratio'),
          retention_ratio: z.number().min(0).max(1),
          token_limits: z.strictObject({ post_instructions: z.int().min(0).optional() }).optional(),
        }),
      ],
      'must be "auto", "disabled" or { type: "retention_ratio", retention_ratio: 0 to 1, token_limits }',
    )
    .optional(),
  include: z
    .array(
      z.enum(['item.input_audio_transcription.logprobs'], 'must be item.input_audio_transcription.logprobs'),
    )
    .min(1, 'must not be empty')
    .max(MAX_INCLUDED, `must be at most ${MAX_INCLUDED}`)
    .optional(),
  reasoning: z
    .strictObject({
      effort: z
        .enum(
          ['none', 'minimal', 'low', 'medium', 'high', 'xhigh'],
          'must be none, minimal, low, medium, high or xhigh',
        )
        .optional(),
    })
    .optional(),
  parallel_tool_calls: z.boolean('must be true or false').optional(),
  client: z
    .strictObject({
      data_channel: z.strictObject({
        allowed_client_events: events(name).optional(),
        allowed_server_events: events(
          z.strictObject({ type: name, response_event: name.optional() }),
        ).optional(),
      }),
    })
    .optional(),
  prompt: z.strictObject({ id: name, version: name.nullish(), variables: record.nullish() }).nullish(),
});

export type ExtraField = keyof z.infer<typeof extraSchema>;
