import type { ReportedNumbers, UsageNumbers } from './usage.ts';

/**
 * The numbers that a record counts: tokens whose kind nobody told are counted as audio, and such cached ones as text as far as
 * there is any, then as images, then as audio. It does not depend on prices, so that a report that is repeated after they
 * changed is still the same.
 */
export function countUnsplit({ stated, unsplit }: ReportedNumbers): UsageNumbers {
  const inputAudioTokens = stated.inputAudioTokens + unsplit.input;
  let left = unsplit.cached;
  const fill = (cached: number, of: number) => {
    const more = Math.min(left, of - cached);
    left -= more;
    return cached + more;
  };
  return {
    ...stated,
    inputAudioTokens,
    outputAudioTokens: stated.outputAudioTokens + unsplit.output,
    cachedTextTokens: fill(stated.cachedTextTokens, stated.inputTextTokens),
    cachedImageTokens: fill(stated.cachedImageTokens, stated.inputImageTokens),
    cachedAudioTokens: fill(stated.cachedAudioTokens, inputAudioTokens),
  };
}
