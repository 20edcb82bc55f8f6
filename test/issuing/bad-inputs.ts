import { transcriptionBy } from './session-cases.ts';

const mcp = { serverLabel: 'm', serverUrl: 'https://mcp.example' };
const tool = (fields: object) => ({ tools: [{ function: { name: 'f', ...fields } }] });

/** A session in which `model` transcribes what the user says. */
const heardBy = (model: string, fields: object) => ({ inputAudioTranscription: { model, ...fields } });
/** What a transcription model does not take: [model, the transcription's field, its value]. */
const NOT_TAKEN: readonly [string, string, unknown][] = [
  ['gpt-live-transcribe', 'language', 'de'],
  ['gpt-transcribe', 'language', 'de'],
  ['gpt-transcribe', 'delay', 'LOW'],
  ['gpt-live-transcribe', 'delay', 'LOW'],
  ['whisper-1', 'languages', ['nl', 'de']],
  ['whisper-1', 'keywords', ['Gatehouse']],
  ['whisper-1', 'delay', 'LOW'],
  ['gpt-4o-transcribe', 'languages', ['nl', 'de']],
  ['gpt-4o-transcribe', 'keywords', ['Gatehouse']],
  ['gpt-4o-transcribe-2025-03-20', 'keywords', ['Gatehouse']],
  ['gpt-4o-mini-transcribe-2025-12-15', 'keywords', ['Gatehouse']],
  ['gpt-4o-mini-transcribe', 'delay', 'XHIGH'],
  ['gpt-4o-transcribe-diarize', 'prompt', 'Names of products'],
  ['gpt-realtime-whisper', 'prompt', 'Names of products'],
  ['gpt-realtime-whisper', 'languages', ['nl', 'de']],
  ['gpt-realtime-whisper', 'keywords', ['Gatehouse']],
];

/** Well-formed for GraphQL, refused by the domain: [what, input beside the user, the field it names]. */
export const INVALID: readonly [string, object, string][] = [
  ['TTL 9', { expiresAfterSeconds: 9 }, 'expiresAfterSeconds'],
  ['TTL 7201', { expiresAfterSeconds: 7201 }, 'expiresAfterSeconds'],
  ['instructions of 65,537 characters', { instructions: 'x'.repeat(65_537) }, 'instructions'],
  ['an empty user', { externalUserId: '' }, 'externalUserId'],
  ['no user', { externalUserId: null }, 'externalUserId'],
  ['an empty voice', { voice: '' }, 'voice'],
  ['an empty model', { model: '' }, 'model'],
  ['empty instructions', { instructions: '' }, 'instructions'],
  ['an empty label value', { labels: [{ key: 'a', value: '' }] }, 'labels.0.value'],
  [
    'a label twice',
    {
      labels: [
        { key: 'a', value: 'b' },
        { key: 'a', value: 'c' },
      ],
    },
    'labels.1.key',
  ],
  ['33 labels', { labels: Array.from({ length: 33 }, (_, n) => ({ key: `k${n}`, value: 'v' })) }, 'labels'],
  ['NUL in instructions', { instructions: 'a\0b' }, 'instructions'],
  ['NUL in a user', { externalUserId: 'a\0b' }, 'externalUserId'],
  ['a lone surrogate', { instructions: 'a\ud800b' }, 'instructions'],
  ['a lone surrogate inside JSON', tool({ parameters: { a: ['\udc00'] } }), 'tools.0.function.parameters'],
  ['NUL in a JSON key', { extra: { tracing: { metadata: { 'a\0': 1 } } } }, 'extra'],
  ['no modality', { modalities: [] }, 'modalities'],
  ['a modality twice', { modalities: ['AUDIO', 'AUDIO'] }, 'modalities'],
  ['parameters that are no object', tool({ parameters: [1] }), 'tools.0.function.parameters'],
  [
    'an MCP server that is no URL',
    { tools: [{ mcp: { ...mcp, serverUrl: 'nowhere' } }] },
    'tools.0.mcp.serverUrl',
  ],
  ['an MCP server over ftp', { tools: [{ mcp: { ...mcp, serverUrl: 'ftp://x' } }] }, 'tools.0.mcp.serverUrl'],
  [
    '33 headers',
    {
      tools: [
        { mcp },
        { mcp: { ...mcp, headers: Array.from({ length: 33 }, () => ({ name: 'a', value: 'abcdefgh' })) } },
      ],
    },
    'tools.1.mcp.headers',
  ],
  ['129 tools', { tools: Array.from({ length: 129 }, () => ({ mcp })) }, 'tools'],
  [
    'a header with a line break',
    { tools: [{ mcp: { ...mcp, headers: [{ name: 'a', value: 'b\r\nc' }] } }] },
    'tools.0.mcp.headers.0.value',
  ],
  [
    'an unknown approval',
    { tools: [{ mcp: { ...mcp, requireApproval: 'maybe' } }] },
    'tools.0.mcp.requireApproval',
  ],
  ['FUNCTION without a name', { toolChoice: { mode: 'FUNCTION' } }, 'toolChoice.name'],
  ['MCP without a server', { toolChoice: { mode: 'MCP' } }, 'toolChoice.serverLabel'],
  ['a name with AUTO', { toolChoice: { mode: 'AUTO', name: 'f' } }, 'toolChoice.name'],
  [
    'a threshold of 2',
    { turnDetection: { serverVad: { threshold: 2 } } },
    'turnDetection.serverVad.threshold',
  ],
  [
    'an idle timeout of 1 s',
    { turnDetection: { serverVad: { idleTimeoutMs: 1000 } } },
    'turnDetection.serverVad.idleTimeoutMs',
  ],
  ['disabled: false', { turnDetection: { disabled: false } }, 'turnDetection.disabled'],
  ['a temperature, which GA has not', { temperature: 0.8 }, 'temperature'],
  ['an unknown extra field', { extra: { colour: 'red' } }, 'extra.colour'],
  ['extra that is no object', { extra: 'speed' }, 'extra'],
  ['a speed of 2', { extra: { speed: 2 } }, 'extra.speed'],
  ['an unknown effort', { extra: { reasoning: { effort: 'heroic' } } }, 'extra.reasoning.effort'],
  ['a voice for a transcription', { type: 'TRANSCRIPTION', voice: 'alloy' }, 'voice'],
  ['tools for a transcription', { type: 'TRANSCRIPTION', tools: [] }, 'tools'],
  ['speed for a transcription', { type: 'TRANSCRIPTION', extra: { speed: 1 } }, 'extra.speed'],
  [
    'two models for a transcription',
    { type: 'TRANSCRIPTION', model: 'a', inputAudioTranscription: { model: 'b' } },
    'inputAudioTranscription.model',
  ],
  ...NOT_TAKEN.flatMap(([model, field, value]): [string, object, string][] => [
    [`${field} for ${model}`, heardBy(model, { [field]: value }), `inputAudioTranscription.${field}`],
    [
      `${field} for ${model}, in a transcription session`,
      transcriptionBy(model, { inputAudioTranscription: { [field]: value } }),
      `inputAudioTranscription.${field}`,
    ],
  ]),
  [
    'what the default transcription model does not take',
    { type: 'TRANSCRIPTION', inputAudioTranscription: { language: 'de' } },
    'inputAudioTranscription.language',
  ],
  [
    'turn detection for a model that has none',
    transcriptionBy('gpt-realtime-whisper', { turnDetection: { serverVad: {} } }),
    'turnDetection',
  ],
  [
    'turn detection for the default transcription model',
    { type: 'TRANSCRIPTION', turnDetection: { semanticVad: {} } },
    'turnDetection',
  ],
  [
    'a language and languages, whatever the model',
    heardBy('some-listener-of-tomorrow', { language: 'de', languages: ['de'] }),
    'inputAudioTranscription.languages',
  ],
  ['no language', heardBy('gpt-transcribe', { languages: [] }), 'inputAudioTranscription.languages'],
  [
    'an empty language',
    heardBy('gpt-transcribe', { languages: [''] }),
    'inputAudioTranscription.languages.0',
  ],
  ['an empty keyword', heardBy('gpt-transcribe', { keywords: [''] }), 'inputAudioTranscription.keywords.0'],
  [
    'a strength of 1.1',
    { inputAudioNoiseReduction: { type: 'NEAR_FIELD', strength: 1.1 } },
    'inputAudioNoiseReduction.strength',
  ],
  ['an MCP tool without a server', { tools: [{ mcp: { serverLabel: 'm' } }] }, 'tools.0.mcp'],
  [
    'an MCP tool with two servers',
    { tools: [{ mcp }, { mcp: { ...mcp, connectorId: 'connector_gmail' } }] },
    'tools.1.mcp',
  ],
  [
    'an empty connector',
    { tools: [{ mcp: { serverLabel: 'm', connectorId: '' } }] },
    'tools.0.mcp.connectorId',
  ],
  ['a prompt without an id', { extra: { prompt: { version: null } } }, 'extra.prompt.id'],
  ['instructions for a translation', { type: 'TRANSLATION', instructions: 'x' }, 'instructions'],
  ['a voice for a translation', { type: 'TRANSLATION', voice: 'alloy' }, 'voice'],
  ['modalities for a translation', { type: 'TRANSLATION', modalities: ['AUDIO'] }, 'modalities'],
  [
    'an input format for a translation',
    { type: 'TRANSLATION', inputAudioFormat: 'PCM16' },
    'inputAudioFormat',
  ],
  [
    'an output format for a translation',
    { type: 'TRANSLATION', outputAudioFormat: 'PCM16' },
    'outputAudioFormat',
  ],
  [
    'turn detection for a translation',
    { type: 'TRANSLATION', turnDetection: { serverVad: {} } },
    'turnDetection',
  ],
  ['tools for a translation', { type: 'TRANSLATION', tools: [] }, 'tools'],
  ['a tool choice for a translation', { type: 'TRANSLATION', toolChoice: { mode: 'AUTO' } }, 'toolChoice'],
  ['a temperature for a translation', { type: 'TRANSLATION', temperature: 0.8 }, 'temperature'],
  [
    'a token limit for a translation',
    { type: 'TRANSLATION', maxResponseOutputTokens: 'inf' },
    'maxResponseOutputTokens',
  ],
  ['speed for a translation', { type: 'TRANSLATION', extra: { speed: 1 } }, 'extra.speed'],
  [
    'include for a translation',
    { type: 'TRANSLATION', extra: { include: ['item.input_audio_transcription.logprobs'] } },
    'extra.include',
  ],
  [
    'a translation’s transcription without a model',
    { type: 'TRANSLATION', inputAudioTranscription: {} },
    'inputAudioTranscription.model',
  ],
  [
    'a translation’s transcription with a language',
    { type: 'TRANSLATION', inputAudioTranscription: { model: 'm', language: 'de' } },
    'inputAudioTranscription.language',
  ],
  [
    'a translation’s transcription with a prompt',
    { type: 'TRANSLATION', inputAudioTranscription: { model: 'm', prompt: 'x' } },
    'inputAudioTranscription.prompt',
  ],
  ['an empty output language', { type: 'TRANSLATION', outputLanguage: '' }, 'outputLanguage'],
  [
    'an output language of 65 characters',
    { type: 'TRANSLATION', outputLanguage: 'x'.repeat(65) },
    'outputLanguage',
  ],
  ['a realtime model for a translation', { type: 'TRANSLATION', model: 'gpt-realtime-2.1' }, 'type'],
  ['a transcription model for a translation', { type: 'TRANSLATION', model: 'whisper-1' }, 'type'],
  ['an output language for a conversation', { outputLanguage: 'es' }, 'outputLanguage'],
  [
    'an output language for a transcription',
    { type: 'TRANSCRIPTION', outputLanguage: 'es' },
    'outputLanguage',
  ],
  ['a translation model for a conversation', { model: 'gpt-realtime-translate' }, 'type'],
  ['a snapshot of it', { type: 'REALTIME', model: 'gpt-realtime-translate-2026-08-01' }, 'type'],
  [
    'a translation model for a transcription',
    { type: 'TRANSCRIPTION', model: 'gpt-realtime-translate' },
    'type',
  ],
  ['a transcription model for a conversation', { model: 'gpt-live-transcribe' }, 'type'],
  [
    'a model of the sandbox, named by the transcription',
    { type: 'TRANSCRIPTION', inputAudioTranscription: { model: 'sandbox-401' } },
    'inputAudioTranscription.model',
  ],
  ['a realtime model for a transcription', { type: 'TRANSCRIPTION', model: 'gpt-realtime' }, 'type'],
];

/** What GA takes and the older dialect does not have: [what, input, the field it names]. */
export const NOT_IN_THE_FLAT_DIALECT: readonly [string, object, string][] = [
  ['temperature out of range', { temperature: 2 }, 'temperature'],
  ['an MCP tool', { tools: [{ mcp }] }, 'tools.0.mcp'],
  ['a named tool choice', { toolChoice: { mode: 'FUNCTION', name: 'f' } }, 'toolChoice.mode'],
  [
    'an idle timeout',
    { turnDetection: { serverVad: { idleTimeoutMs: 6000 } } },
    'turnDetection.serverVad.idleTimeoutMs',
  ],
  ['a transcription session', { type: 'TRANSCRIPTION' }, 'type'],
  ['a translation session', { type: 'TRANSLATION', outputLanguage: 'es' }, 'type'],
  ['an output language', { outputLanguage: 'es' }, 'outputLanguage'],
  ['reasoning', { extra: { reasoning: { effort: 'low' } } }, 'extra.reasoning'],
  ['languages', heardBy('gpt-transcribe', { languages: ['de'] }), 'inputAudioTranscription.languages'],
  ['keywords', heardBy('some-listener', { keywords: ['a'] }), 'inputAudioTranscription.keywords'],
  ['a delay', { inputAudioTranscription: { delay: 'LOW' } }, 'inputAudioTranscription.delay'],
  [
    'a strength of the noise filter',
    { inputAudioNoiseReduction: { type: 'FAR_FIELD', strength: 0.5 } },
    'inputAudioNoiseReduction.strength',
  ],
];

/** Not what the schema says: [what, input, the field that the message names]. */
export const MALFORMED: readonly [string, object, string][] = [
  ['an unknown enum value', { modalities: ['SMELL-canary'] }, 'input.modalities.0'],
  [
    'an unknown delay',
    { inputAudioTranscription: { delay: 'canary' } },
    'input.inputAudioTranscription.delay',
  ],
  ['an unknown field', { 'colour-canary': 1 }, 'input'],
  ['a string for a number', { expiresAfterSeconds: 'canary' }, 'input.expiresAfterSeconds'],
  ['a fraction for a whole number', { expiresAfterSeconds: 1.5 }, 'input.expiresAfterSeconds'],
  ['0 tokens', { maxResponseOutputTokens: 0 }, 'input.maxResponseOutputTokens'],
  ['both tool kinds at once', { tools: [{ function: { name: 'canary' }, mcp }] }, 'input.tools.0'],
  ['no tool kind', { tools: [{}] }, 'input.tools.0'],
  ['a tool without a name', { tools: [{ function: {} }] }, 'input.tools.0.function'],
  [
    'both kinds of turn detection',
    { turnDetection: { serverVad: {}, disabled: true } },
    'input.turnDetection',
  ],
];

/** The same as literals: [what, input, what the message contains]. */
export const MALFORMED_LITERALS: readonly [string, string, string][] = [
  [
    'a string for a number',
    '{ externalUserId: "a", expiresAfterSeconds: "canary" }',
    'input.expiresAfterSeconds',
  ],
  ['a number for a string', '{ externalUserId: "a", voice: 4711 }', 'input.voice'],
  ['an unknown enum value', '{ externalUserId: "a", modalities: [canary] }', 'input.modalities'],
  [
    'both tool kinds',
    '{ externalUserId: "a", tools: [{ function: { name: "canary" }, mcp: null }] }',
    'input.tools.0 must name exactly one of its fields',
  ],
];
