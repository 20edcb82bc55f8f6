import { REDACTED } from './redacted.ts';
import type { Secret } from './secret.ts';

/** A text without certain secrets: each occurrence is replaced by "[redacted]". */
export type RemoveSecrets = (text: string) => string;

/** Shorter values would match by chance. */
const SHORTEST = 8;

// Plain searches, one for each value, take time linear in the text only while the values are few and short.
const FEW = 4;
const SHORT = 250;

// Replacing what is a part of replacements would make the text longer each time.
const MASKS = REDACTED.repeat(3);

/** Removes nothing. */
export const noSecrets: RemoveSecrets = (text) => text;

/**
 * A function that removes all of `secrets` at once, in time linear in the text however many they are. Removed one after
 * the other, "key-1" would leave the 2 of "key-12". Make it once for all texts: it takes time linear in the secrets' length.
 */
export function secretRemover(secrets: readonly Secret[]): RemoveSecrets {
  const values = new Set<string>();
  for (const secret of secrets) secret.addValueTo(values);
  const searched = [...values].filter((value) => value.length >= SHORTEST && !MASKS.includes(value));
  if (searched.length === 0) return noSecrets;
  const canBeTried = searched.length <= FEW && searched.every((value) => value.length <= SHORT);
  let automaton: Automaton | undefined;
  return (text) => {
    // Most texts have none of them, which a plain search sees sooner than the automaton, and without it.
    if (canBeTried && !searched.some((value) => text.includes(value))) return text;
    automaton ??= createAutomaton(searched);
    return mask(text, occurrences(automaton, text));
  };
}

/**
 * The automaton of Aho and Corasick. A state stands for the longest end of the text read so far with which one of the
 * values begins; 0 is the empty one.
 */
type Automaton = {
  readonly step: (state: number, code: number) => number;
  /** The length of the longest value that ends in a state; 0 when none does. */
  readonly longest: readonly number[];
};

function createAutomaton(values: readonly string[]): Automaton {
  // The states reached from each state by one more character.
  const edges: Map<number, number>[] = [new Map()];
  // For each state, that of the longest shorter end of the text with which a value begins.
  const fallback = [0];
  const longest = [0];

  function step(from: number, code: number): number {
    for (let state = from; ; state = fallback[state] ?? 0) {
      const next = edges[state]?.get(code);
      if (next !== undefined) return next;
      if (state === 0) return 0;
    }
  }

  function extend(state: number, code: number): number {
    const known = edges[state]?.get(code);
    if (known !== undefined) return known;
    const shorter = state === 0 ? 0 : step(fallback[state] ?? 0, code);
    const added = edges.push(new Map()) - 1;
    edges[state]?.set(code, added);
    fallback.push(shorter);
    longest.push(longest[shorter] ?? 0);
    return added;
  }

  // A character of all values at a time: the fallback of a state is shorter, so it exists already.
  let growing = values.map((value) => ({ value, state: 0 }));
  for (let length = 1; growing.length > 0; length++) {
    for (const word of growing) {
      word.state = extend(word.state, word.value.charCodeAt(length - 1));
      if (word.value.length === length) longest[word.state] = length;
    }
    growing = growing.filter(({ value }) => value.length > length);
  }
  return { step, longest };
}

type Span = { start: number; end: number };

/** Where the values occur, in order; overlapping occurrences are one. */
function occurrences({ step, longest }: Automaton, text: string): Span[] {
  const spans: Span[] = [];
  let state = 0;
  for (let index = 0; index < text.length; index++) {
    state = step(state, text.charCodeAt(index));
    const length = longest[state] ?? 0;
    if (length === 0) continue;
    const end = index + 1;
    let start = end - length;
    for (let last = spans.at(-1); last !== undefined && last.end > start; last = spans.at(-1)) {
      start = Math.min(start, last.start);
      spans.pop();
    }
    spans.push({ start, end });
  }
  return spans;
}

function mask(text: string, spans: readonly Span[]): string {
  let result = '';
  let end = 0;
  for (const span of spans) {
    result += text.slice(end, span.start) + REDACTED;
    end = span.end;
  }
  return result + text.slice(end);
}
