import type { z } from 'zod';
import type { Variables } from '../platform/config/variable.ts';
import type { ClosableProvider } from './provider-over-http.ts';

/** How a provider is described to the registry. */
export type ProviderDefinition = {
  /** What GATEHOUSE_PROVIDER is set to for it, and what is recorded with each session. */
  readonly name: string;
  /** Its own variables, as a group of the configuration. */
  readonly variables: Variables;
  /** Those of its variables without which it cannot be used. */
  readonly needs: readonly z.ZodType[];
  /** Of these at least one, too. */
  readonly needsOneOf?: readonly z.ZodType[];
  /** Whether it is used only when GATEHOUSE_PROVIDER or GATEHOUSE_PROVIDERS names it, even if all that it needs is set. */
  readonly onlyByName?: boolean;
  /** Opens it. Takes the whole configuration, and reads its own group, upstreamTimeoutMs and proxies of it. */
  readonly create: (config: never) => ClosableProvider | Promise<ClosableProvider>;
};
