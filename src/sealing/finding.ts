/** What verifying found wrong, and where. */
export type Finding = {
  /** What `from` and `to` number: events of the trail, batches, or lines of the heads file. An unsealed event has no number. */
  readonly kind: 'sequence' | 'batch' | 'line' | 'event';
  readonly from: number;
  readonly to: number;
  readonly eventId: string | null;
  readonly problem: string;
};

export function atSequence(sequence: number, eventId: string, problem: string): Finding {
  return { kind: 'sequence', from: sequence, to: sequence, eventId, problem };
}

export function atSequences(from: number, to: number, problem: string): Finding {
  return { kind: 'sequence', from, to, eventId: null, problem };
}

export function atBatches(from: number, to: number, problem: string): Finding {
  return { kind: 'batch', from, to, eventId: null, problem };
}
