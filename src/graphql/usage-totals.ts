import type { TokenKind, UsageTotals } from '../usage/usage.ts';
import { builder } from './builder.ts';

const TOKENS: Readonly<Record<TokenKind, string>> = {
  inputTextTokens: 'Tokens of text that went in, cached ones included.',
  inputAudioTokens: 'Tokens of audio that went in, cached ones included.',
  inputImageTokens: 'Tokens of images that went in, cached ones included.',
  cachedTextTokens: 'Those of inputTextTokens that the provider had cached, and charges less for.',
  cachedAudioTokens: 'Those of inputAudioTokens that the provider had cached, and charges less for.',
  cachedImageTokens: 'Those of inputImageTokens that the provider had cached, and charges less for.',
  outputTextTokens: 'Tokens of text that came out.',
  outputAudioTokens: 'Tokens of audio that came out.',
};

export const UsageTotalsType = builder.objectRef<UsageTotals>('UsageTotals').implement({
  description:
    "What was used and what it cost, as it was reported. Where an application and a user's client reported the same response, the application's numbers count.",
  fields: (t) => {
    const tokens = (kind: TokenKind) => t.expose(kind, { type: 'SafeInt', description: TOKENS[kind] });
    return {
      reported: t.exposeBoolean('reported', {
        description: 'False while no usage has been reported: unknown is not zero.',
      }),
      responses: t.expose('responses', {
        type: 'SafeInt',
        description: 'How many responses and transcribed items were reported.',
      }),
      inputTextTokens: tokens('inputTextTokens'),
      inputAudioTokens: tokens('inputAudioTokens'),
      inputImageTokens: tokens('inputImageTokens'),
      cachedTextTokens: tokens('cachedTextTokens'),
      cachedAudioTokens: tokens('cachedAudioTokens'),
      cachedImageTokens: tokens('cachedImageTokens'),
      outputTextTokens: tokens('outputTextTokens'),
      outputAudioTokens: tokens('outputAudioTokens'),
      transcriptionSeconds: t.float({
        description: 'Audio that was transcribed by duration instead of by tokens.',
        resolve: ({ transcriptionSeconds }) => Number(transcriptionSeconds),
      }),
      totalTokens: t.expose('totalTokens', {
        type: 'SafeInt',
        description: 'All input and output tokens. Cached ones are among the input, and count once.',
      }),
      costUsd: t.expose('costUsd', {
        type: 'Decimal',
        nullable: true,
        description:
          'What it cost, by the prices of its day. Null when a model without a known price contributed; costUnknownFor then names it.',
      }),
      costKnownUsd: t.expose('costKnownUsd', {
        type: 'Decimal',
        description: 'What the records with a known price add up to.',
      }),
      costUnknownFor: t.exposeStringList('costUnknownFor', {
        description: 'The models that contributed and have no known price. Empty when costUsd is all of it.',
      }),
    };
  },
});
