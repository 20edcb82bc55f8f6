import fc from 'fast-check';
import { expect, test } from 'vitest';
import { noSecrets, secretRemover } from '../../src/platform/redaction/known-secrets.ts';
import { Secret } from '../../src/platform/redaction/secret.ts';
import {
  redactConfig,
  redactLabels,
  secretsIn,
  withoutCredentials,
} from '../../src/sessions/redact-session.ts';
import type {
  FunctionTool,
  McpTool,
  McpToolRequest,
  SessionConfig,
} from '../../src/sessions/session-config.ts';
import { textWithCanary } from '../support/credentials.ts';

const lookup = {
  kind: 'FUNCTION',
  name: 'look_up',
  description: 'Looks an order up.',
  parameters: { type: 'object', properties: { password: { type: 'string' } } },
} as const satisfies FunctionTool;

const server = {
  kind: 'MCP',
  serverLabel: 'crm',
  serverUrl: 'https://crm.example.com/sse',
  connectorId: null,
  serverDescription: 'Customers.',
  allowedTools: ['find'],
  readOnlyTools: true,
  requireApproval: { never: { tool_names: ['find'] } },
} as const;

const crm: McpToolRequest = {
  ...server,
  authorization: new Secret('hunter2-hunter2'),
  headers: [
    { name: 'X-Tenant', value: new Secret('tenant-of-acme') },
    { name: 'X-Short', value: new Secret('abc') },
  ],
};

/** A configuration with `text` wherever a text can be. */
function configOf(text: string): SessionConfig {
  const mcp: McpTool = {
    ...server,
    serverLabel: text,
    serverUrl: text,
    connectorId: text,
    serverDescription: text,
    allowedTools: [text],
    requireApproval: { never: { tool_names: [text] } },
    hasAuthorization: true,
    headerNames: [text],
  };
  return {
    type: 'REALTIME',
    model: text,
    modalities: ['AUDIO'],
    instructions: text,
    voice: text,
    inputAudioFormat: 'PCM16',
    outputAudioFormat: 'G711_ULAW',
    inputAudioTranscription: {
      model: text,
      language: text,
      languages: [text, text],
      prompt: text,
      keywords: [text],
      delay: 'LOW',
    },
    turnDetection: { kind: 'SEMANTIC_VAD', eagerness: 'LOW', createResponse: true, interruptResponse: null },
    inputAudioNoiseReduction: { type: 'NEAR_FIELD', strength: 0.5 },
    tools: [{ kind: 'FUNCTION', name: text, description: text, parameters: { default: text } }, mcp],
    toolChoice: { mode: 'MCP', name: text, serverLabel: text },
    temperature: 0.8,
    maxResponseOutputTokens: 'inf',
    outputLanguage: text,
  };
}

test('secretsIn names the authorization and the header values', () => {
  expect(secretsIn([lookup, crm, { ...crm, authorization: null }]).map((secret) => secret.reveal())).toEqual([
    'hunter2-hunter2',
    'tenant-of-acme',
    'tenant-of-acme',
  ]);
});

test('a requested tool is recorded without its credentials, wherever they were repeated', () => {
  const requested = [
    { ...lookup, description: 'Uses hunter2-hunter2.' },
    {
      ...crm,
      serverUrl: 'https://a:b@crm.example.com/tenant-of-acme?key=1',
      serverDescription: 'for tenant-of-acme',
    },
    { ...crm, authorization: null, headers: [], serverUrl: null },
  ];
  const config = { ...configOf('harmless'), tools: requested.map(withoutCredentials) };
  expect(redactConfig(config, secretRemover(secretsIn(requested))).tools).toEqual([
    { ...lookup, description: 'Uses [redacted].' },
    {
      ...server,
      serverUrl: 'https://[redacted]@crm.example.com/[redacted]?[redacted]',
      serverDescription: 'for [redacted]',
      hasAuthorization: true,
      headerNames: ['X-Tenant', 'X-Short'],
    },
    { ...server, serverUrl: null, hasAuthorization: false, headerNames: [] },
  ]);
});

test('a configuration without credentials is recorded as it is', () => {
  const config = { ...configOf('harmless'), tools: [lookup] };
  expect(redactConfig(config, noSecrets)).toEqual(config);
  const empty = {
    ...config,
    instructions: null,
    voice: null,
    inputAudioTranscription: null,
    toolChoice: null,
  };
  expect(redactConfig(empty, noSecrets)).toEqual(empty);
});

test('every text of a configuration is redacted, and nothing else', () => {
  expect(redactConfig(configOf('hunter2-hunter2'), secretRemover([new Secret('hunter2-hunter2')]))).toEqual(
    configOf('[redacted]'),
  );
  expect(redactConfig(configOf('sk-abcdefgh'), noSecrets)).toEqual(configOf('[redacted]'));
});

test('no credential survives in any text of a configuration, and redacting twice changes nothing more', () => {
  fc.assert(
    fc.property(textWithCanary, ({ text, secret }) => {
      const once = redactConfig(configOf(text), noSecrets);
      expect(JSON.stringify(once)).not.toContain(secret);
      expect(redactConfig(once, noSecrets)).toEqual(once);
    }),
  );
});

test('labels are redacted in key and value; one named after a credential loses its value', () => {
  const labels = [
    { key: 'team', value: 'sales' },
    { key: 'note', value: 'sk-abcdefgh' },
    { key: 'api_key', value: 'abc' },
    { key: 'ek_abcdefgh', value: 'hunter2-hunter2' },
  ];
  const redacted = [
    { key: 'team', value: 'sales' },
    { key: 'note', value: '[redacted]' },
    { key: 'api_key', value: '[redacted]' },
    { key: '[redacted]', value: '[redacted]' },
  ];
  expect(redactLabels(labels, secretRemover([new Secret('hunter2-hunter2')]))).toEqual(redacted);
  expect(redactLabels(redacted)).toEqual(redacted);
});
