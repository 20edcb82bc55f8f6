import type { Values } from '../platform/config/config.ts';
import { azure } from './azure.ts';
import { openai } from './openai.ts';
import { openaiBeta } from './openai-beta.ts';
import { openaiLive } from './openai-live.ts';
import type { ProviderDefinition } from './provider-definition.ts';
import { sandbox } from './sandbox/sandbox.ts';
import { xai } from './xai.ts';

const providers = [
  openai,
  openaiBeta,
  openaiLive,
  azure,
  xai,
  sandbox,
] as const satisfies readonly ProviderDefinition[];

/**
 * Every provider. A new one is a file of its own and a name in the list above; if it has variables of its own, they are
 * spread here too (open-providers.ts does not compile while they are forgotten).
 */
export const registry = {
  providers,
  variables: {
    ...openai.variables,
    ...openaiBeta.variables,
    ...openaiLive.variables,
    ...azure.variables,
    ...xai.variables,
    ...sandbox.variables,
  },
};

/** The part of the configuration that belongs to the providers. */
export type ProviderSettings = Values<typeof registry.variables>;
