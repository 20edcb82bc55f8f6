/** A configured provider as this gateway sees it now. */
export type ProviderState = {
  readonly name: string;
  /** It mints when neither the input nor the model names another. */
  readonly isDefault: boolean;
  /** It kept failing and is not asked for the moment. */
  readonly circuitOpen: boolean;
  readonly isSandbox: boolean;
  /** It can open calls for BROKERED sessions. */
  readonly supportsBrokered: boolean;
};
