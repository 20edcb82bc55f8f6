import { MAX_UNPRICED_MODELS, type TokenKind, type UsageTotals } from '../usage/usage.ts';
import { builder } from './builder.ts';

const TOKENS: Readonly<Record<TokenKind, string>> = {
  inputTextTokens: 'The input tokens of text, including cached ones.',
  inputAudioTokens: 'The input tokens of audio, including cached ones.',
  inputImageTokens: 'The input tokens of images, including cached ones.',
  cachedTextTokens: 'The part of inputTextTokens that the provider had cached. They cost less.',
  cachedAudioTokens: 'The part of inputAudioTokens that the provider had cached. They cost less.',
  cachedImageTokens: 'The part of inputImageTokens that the provider had cached. They cost less.',
  outputTextTokens: 'The output tokens of text.',
  outputAudioTokens: 'The output tokens of audio.',
};

export const UsageTotalsType = builder.objectRef<UsageTotals>('UsageTotals').implement({
  description:
    'Reported usage and its cost. When an application and a client of the user both reported a response, the numbers of the application count.',
  fields: (t) => {
    const tokens = (kind: TokenKind) => t.expose(kind, { type: 'SafeInt', description: TOKENS[kind] });
    return {
      reported: t.exposeBoolean('reported', {
        description: 'False while no usage has been reported, so that unknown usage can be told from zero.',
      }),
      responses: t.expose('responses', {
        type: 'SafeInt',
        description: 'The number of responses and transcribed items that were reported.',
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
        description:
          'The seconds of audio that are billed by duration instead of by tokens, mostly of transcriptions.',
        resolve: ({ transcriptionSeconds }) => Number(transcriptionSeconds),
      }),
      totalTokens: t.expose('totalTokens', {
        type: 'SafeInt',
        description: 'All input and output tokens. Cached tokens are part of the input and count once.',
      }),
      costUsd: t.expose('costUsd', {
        type: 'Decimal',
        nullable: true,
        description:
          'The cost, by the prices of the day of the use. Null when the price of a model is not known; costUnknownFor then names the model.',
      }),
      costKnownUsd: t.expose('costKnownUsd', {
        type: 'Decimal',
        description: 'The cost of all records whose price is known.',
      }),
      costUnknownFor: t.exposeStringList('costUnknownFor', {
        description: `The models whose price is not known: the first ${MAX_UNPRICED_MODELS} by name. Empty when costUsd is complete.`,
      }),
      costUnknownForMore: t.exposeInt('costUnknownForMore', {
        description:
          'How many more models have no known price, beyond those in costUnknownFor. 0 when these are all.',
      }),
      costEstimatedUsd: t.expose('costEstimatedUsd', {
        type: 'Decimal',
        description:
          'The part of costKnownUsd that is an upper bound, because the report did not say all that the cost depends on, e.g. of what kind some tokens were. They cost as much as they can have, and are counted as audio.',
      }),
    };
  },
});
