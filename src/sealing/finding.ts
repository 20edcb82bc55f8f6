/** What was found wrong, and where: sequences, batches, or lines of the file of heads. */
export type Finding = {
  readonly place: 'sequence' | 'batch' | 'line' | 'event';
  readonly from: number;
  readonly to: number;
  readonly eventId: string | null;
  readonly what: string;
};

export function atSequence(sequence: number, eventId: string, what: string): Finding {
  return { place: 'sequence', from: sequence, to: sequence, eventId, what };
}

export function atSequences(from: number, to: number, what: string): Finding {
  return { place: 'sequence', from, to, eventId: null, what };
}

export function atBatches(from: number, to: number, what: string): Finding {
  return { place: 'batch', from, to, eventId: null, what };
}
