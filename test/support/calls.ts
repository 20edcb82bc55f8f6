import { issueBrokered } from './brokered.ts';
import { startFakeCalls } from './fake-calls.ts';
import { use } from './fixture.ts';
import type { TestGateway } from './gateway.ts';
import { idOf, uuidOf } from './ids.ts';

/** As a browser's, with every line that is looked at. */
export const OFFER = [
  ...['v=0', 'o=- 4611731400430051336 2 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0 1'],
  ...['m=audio 9 UDP/TLS/RTP/SAVPF 111', 'c=IN IP4 0.0.0.0', 'a=mid:0', 'a=rtpmap:111 opus/48000/2'],
  ...['m=application 9 UDP/DTLS/SCTP webrtc-datachannel', 'a=mid:1', 'a=sctp-port:5000', ''],
].join('\r\n');

/** The provider's call control, for whoever asks with any key. */
export function useFakeCalls() {
  return use(
    () => startFakeCalls(),
    (fake) => fake.stop(),
  );
}

/** Environment of a gateway whose provider opens calls at a fake; short bounds, for what has to time out. */
export function callsEnv(fakeUrl: string, timeoutMs = 1000): Record<string, string> {
  return {
    GATEHOUSE_PROVIDER: 'openai',
    OPENAI_API_KEY: 'sk-provider-key-of-the-tests',
    OPENAI_BASE_URL: fakeUrl,
    GATEHOUSE_PUBLIC_URL: 'https://gatehouse.example',
    GATEHOUSE_UPSTREAM_TIMEOUT_MS: String(timeoutMs),
  };
}

export type OfferAnswer = { readonly status: number; readonly headers: Headers; readonly text: string };

/** Sends an offer as a browser does. */
export async function sendOffer(
  graphqlUrl: string,
  secret: string,
  {
    body = OFFER,
    headers = {},
    signal,
  }: { body?: string; headers?: Record<string, string>; signal?: AbortSignal } = {},
): Promise<OfferAnswer> {
  const answer = await fetch(new URL('/realtime/calls', graphqlUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/sdp', authorization: `Bearer ${secret}`, ...headers },
    body,
    signal: signal ?? null,
  });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

/** Issues a session, and sends an offer with its secret. */
export async function callUser(
  gateway: Pick<TestGateway, 'ask' | 'url'>,
  input: Record<string, unknown> = {},
) {
  const issued = await issueBrokered(gateway, input);
  const secret: string = issued.clientSecret.value;
  const sessionId: string = issued.session.id;
  return { secret, sessionId, answer: await sendOffer(gateway.url, secret) };
}

const CALL = /* GraphQL */ `
  query Call($id: ID!) {
    node(id: $id) {
      ... on RealtimeCall {
        id status createdAt connectedAt endedAt deadlineAt lastActivityAt endReason driftedFields
        session { id connection }
        usage { reported responses totalTokens inputTextTokens inputAudioTokens outputTextTokens outputAudioTokens transcriptionSeconds costUsd }
      }
    }
  }
`;

/** A call, as the operator reads it. */
export async function callOf(gateway: Pick<TestGateway, 'ask'>, id: string) {
  const { body } = await gateway.ask(CALL, { id });
  return body.data.node;
}

/** The id of a session's call. */
export function callIdOf(sessionId: string): string {
  return idOf('RealtimeCall', uuidOf(sessionId));
}
