import type { Price } from './price.ts';

// As the provider's model pages had them in autumn 2026. No earlier price of these models is known, so they are taken to
// hold from the beginning of that year. A new price is a new entry with its day; an old one stays, for what was used before.
const SINCE = '2026-01-01';

export const PRICES: readonly Price[] = [
  {
    models: ['gpt-realtime-2.1', 'gpt-realtime-2'],
    from: SINCE,
    ...{ textInput: '4', cachedTextInput: '0.40', textOutput: '24' },
    ...{ audioInput: '32', cachedAudioInput: '0.40', audioOutput: '64' },
    ...{ imageInput: '5', cachedImageInput: '0.50' },
  },
  {
    models: ['gpt-realtime-2.1-mini'],
    from: SINCE,
    ...{ textInput: '0.60', cachedTextInput: '0.06', textOutput: '2.40' },
    ...{ audioInput: '10', cachedAudioInput: '0.30', audioOutput: '20' },
    ...{ imageInput: '0.80', cachedImageInput: '0.08' },
  },
  {
    models: ['gpt-realtime-1.5'],
    from: SINCE,
    ...{ textInput: '4', cachedTextInput: '0.40', textOutput: '16' },
    ...{ audioInput: '32', cachedAudioInput: '0.40', audioOutput: '64' },
    ...{ imageInput: '5', cachedImageInput: '0.50' },
  },
  // Shut down on 2026-05-07.
  {
    models: ['gpt-4o-realtime-preview'],
    from: SINCE,
    ...{ textInput: '5', cachedTextInput: '2.50', textOutput: '20' },
    ...{ audioInput: '40', cachedAudioInput: '2.50', audioOutput: '80' },
  },
  {
    models: ['gpt-4o-mini-realtime-preview'],
    from: SINCE,
    ...{ textInput: '0.60', cachedTextInput: '0.30', textOutput: '2.40' },
    ...{ audioInput: '10', cachedAudioInput: '0.30', audioOutput: '20' },
  },
  // One price for all input, audio or text, and one for the text that comes out.
  {
    models: ['gpt-4o-transcribe'],
    from: SINCE,
    ...{ textInput: '2.50', audioInput: '2.50', textOutput: '10' },
  },
  { models: ['gpt-realtime-whisper', 'gpt-live-transcribe'], from: SINCE, minute: '0.017' },
  { models: ['gpt-transcribe'], from: SINCE, minute: '0.0045' },
  { models: ['gpt-realtime-translate'], from: SINCE, minute: '0.034' },
];
