/** POST /realtime/client_secrets, as far as this benchmark writes it. */
export type UpstreamRequest = {
  readonly expires_after: { readonly anchor: 'created_at'; readonly seconds: number };
  readonly session: {
    readonly type: 'realtime';
    readonly model: string;
    readonly output_modalities: readonly string[];
    readonly instructions: string;
    readonly audio: {
      readonly input: { readonly transcription: { readonly model: string }; readonly turn_detection: object };
      readonly output: { readonly voice: string };
    };
    readonly tools: readonly object[];
  };
};

/** Its answer. */
export type UpstreamAnswer = {
  readonly value: string;
  readonly expires_at: number;
  readonly session: UpstreamRequest['session'] & { readonly id: string; readonly object: string };
};

/** What the bare server takes: whom it is for, and what to send on as it is. */
export type BareRequest = {
  readonly externalUserId: string;
  readonly labels: readonly { readonly key: string; readonly value: string }[];
  readonly wire: UpstreamRequest;
};
