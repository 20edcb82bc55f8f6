import type { Price } from './price.ts';

// As the provider's model pages had them, and for models that have no page any more several independent lists that agree: read on
// 2026-11-29. No earlier price of these models is known, so they are taken to hold from the beginning of that year. A new
// price is a new entry with its day; an old one stays, for what was used before. Dated snapshots cost what their family does,
// unless they are named here.
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
  // gpt-realtime shuts down on 2027-01-20.
  {
    models: ['gpt-realtime-1.5', 'gpt-realtime'],
    from: SINCE,
    ...{ textInput: '4', cachedTextInput: '0.40', textOutput: '16' },
    ...{ audioInput: '32', cachedAudioInput: '0.40', audioOutput: '64' },
    ...{ imageInput: '5', cachedImageInput: '0.50' },
  },
  // Shuts down on 2027-01-20.
  {
    models: ['gpt-realtime-mini'],
    from: SINCE,
    ...{ textInput: '0.60', cachedTextInput: '0.06', textOutput: '2.40' },
    ...{ audioInput: '10', cachedAudioInput: '0.30', audioOutput: '20' },
    ...{ imageInput: '0.80', cachedImageInput: '0.08' },
  },
  // Shut down on 2026-05-07.
  {
    models: ['gpt-4o-realtime-preview'],
    from: SINCE,
    ...{ textInput: '5', cachedTextInput: '2.50', textOutput: '20' },
    ...{ audioInput: '40', cachedAudioInput: '2.50', audioOutput: '80' },
  },
  // The first snapshot cost more than its family does.
  {
    models: ['gpt-4o-realtime-preview-2024-10-01'],
    from: SINCE,
    ...{ textInput: '5', cachedTextInput: '2.50', textOutput: '20' },
    ...{ audioInput: '100', cachedAudioInput: '20', audioOutput: '200' },
  },
  {
    models: ['gpt-4o-mini-realtime-preview'],
    from: SINCE,
    ...{ textInput: '0.60', cachedTextInput: '0.30', textOutput: '2.40' },
    ...{ audioInput: '10', cachedAudioInput: '0.30', audioOutput: '20' },
  },
  // These report tokens or a duration; what the provider estimates a minute to come to is its price by duration. They and
  // whisper-1 shut down on 2027-02-26.
  {
    models: ['gpt-4o-transcribe'],
    from: SINCE,
    ...{ textInput: '2.50', audioInput: '6', textOutput: '10', minute: '0.006' },
  },
  {
    models: ['gpt-4o-mini-transcribe'],
    from: SINCE,
    ...{ textInput: '1.25', audioInput: '3', textOutput: '5', minute: '0.003' },
  },
  { models: ['whisper-1'], from: SINCE, minute: '0.006' },
  { models: ['gpt-realtime-whisper', 'gpt-live-transcribe'], from: SINCE, minute: '0.017' },
  { models: ['gpt-transcribe'], from: SINCE, minute: '0.0045' },
  { models: ['gpt-realtime-translate'], from: SINCE, minute: '0.034' },
  // gpt-live-1.1 costs less while it only stands by, which a report does not tell.
  { models: ['gpt-live-1', 'gpt-live-1.1'], from: SINCE, minute: '0.05' },
];
