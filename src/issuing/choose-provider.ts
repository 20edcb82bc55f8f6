/** The configured providers, and which models are bound to one of them. */
export type ProviderChoice<P extends { readonly name: string }> = {
  /** The first is the default. */
  readonly providers: readonly [P, ...P[]];
  /** Names of providers, by model. */
  readonly modelProviders: ReadonlyMap<string, string>;
};

/**
 * Where a session is minted: at the provider that its input names, whatever its model is bound to; else at the one that
 * the model is bound to, else at the first.
 * @returns null when the input names a provider that is not configured
 */
export function chooseProvider<P extends { readonly name: string }>(
  { providers, modelProviders }: ProviderChoice<P>,
  { named, model }: { readonly named: string | undefined; readonly model: string },
): P | null {
  const find = (name: string | undefined) => providers.find((provider) => provider.name === name);
  return named === undefined ? (find(modelProviders.get(model)) ?? providers[0]) : (find(named) ?? null);
}
