import type { SessionFieldsFragment } from '../../gql/graphql.ts';
import { graphql } from '../../gql/index.ts';
import type { SessionFieldName } from './provider-fields.ts';

export const SESSION_FIELDS = graphql(/* GraphQL */ `
  fragment SessionFields on RealtimeSession {
    upstreamSessionId
    object
    clientSecret {
      redacted
      expiresAt
      fingerprint
    }
    model
    modalities
    instructions
    voice
    inputAudioFormat
    outputAudioFormat
    inputAudioTranscription {
      model
      language
      languages
      prompt
      keywords
      delay
    }
    inputAudioNoiseReduction {
      type
      strength
    }
    turnDetection {
      __typename
      ... on ServerVad {
        threshold
        prefixPaddingMs
        silenceDurationMs
        idleTimeoutMs
        createResponse
        interruptResponse
      }
      ... on SemanticVad {
        eagerness
        createResponse
        interruptResponse
      }
    }
    tools {
      __typename
      ... on FunctionTool {
        name
        description
        parameters
      }
      ... on McpTool {
        serverLabel
        serverUrl
        connectorId
        serverDescription
        allowedTools
        readOnlyTools
        requireApproval
        hasAuthorization
        headerNames
      }
    }
    toolChoice {
      mode
      name
      serverLabel
    }
    temperature
    maxResponseOutputTokens
    outputLanguage
    upstreamConfig
  }
`);

/** The sixteen fields in the order in which they are shown, as the API answers them. */
export function namedFields(session: SessionFieldsFragment) {
  const { clientSecret } = session;
  return {
    upstreamSessionId: session.upstreamSessionId,
    object: session.object,
    // Named one by one: what counts down is shown elsewhere.
    clientSecret: clientSecret && {
      redacted: clientSecret.redacted,
      expiresAt: clientSecret.expiresAt,
      fingerprint: clientSecret.fingerprint,
    },
    model: session.model,
    modalities: session.modalities,
    instructions: session.instructions,
    voice: session.voice,
    inputAudioFormat: session.inputAudioFormat,
    outputAudioFormat: session.outputAudioFormat,
    inputAudioTranscription: session.inputAudioTranscription,
    inputAudioNoiseReduction: session.inputAudioNoiseReduction,
    turnDetection: session.turnDetection,
    tools: session.tools,
    toolChoice: session.toolChoice,
    temperature: session.temperature,
    maxResponseOutputTokens: session.maxResponseOutputTokens,
  } satisfies Record<SessionFieldName, unknown>;
}
