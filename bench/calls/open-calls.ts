import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';

const CREATE = /* GraphQL */ `
  mutation Create($input: CreateRealtimeSessionInput!) {
    createRealtimeSession(input: $input) {
      __typename
      ... on CreateRealtimeSessionSuccess {
        clientSecret { value }
      }
    }
  }
`;
const created = z.object({
  data: z.object({ createRealtimeSession: z.object({ clientSecret: z.object({ value: z.string() }) }) }),
});
/** As a browser's, with every line that is looked at. */
const OFFER = [
  ...['v=0', 'o=- 4611731400430051336 2 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0 1'],
  ...['m=audio 9 UDP/TLS/RTP/SAVPF 111', 'c=IN IP4 0.0.0.0', 'a=mid:0', 'a=rtpmap:111 opus/48000/2'],
  ...['m=application 9 UDP/DTLS/SCTP webrtc-datachannel', 'a=mid:1', 'a=sctp-port:5000', ''],
].join('\r\n');

const AT_A_TIME = 16;

type Target = { readonly url: string; readonly headers: Readonly<Record<string, string>> };

/** Opens calls, of a user each, as browsers do, so many in a second at most. @throws when one cannot be opened */
export async function openCalls(
  target: Target,
  { from, to, perSecond }: { readonly from: number; readonly to: number; readonly perSecond: number },
  signal: AbortSignal,
): Promise<void> {
  const startedAt = performance.now();
  let next = from;
  const work = async () => {
    while (next < to) {
      signal.throwIfAborted();
      const user = `user-${next}`;
      const dueAt = startedAt + (1000 * (next - from)) / perSecond;
      next += 1;
      await delay(Math.max(0, dueAt - performance.now()), undefined, { signal });
      await openOne(target, user, signal);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
}

async function openOne({ url, headers }: Target, externalUserId: string, signal: AbortSignal): Promise<void> {
  const variables = { input: { externalUserId, connection: 'BROKERED' } };
  const minted = await fetch(url, {
    method: 'POST',
    headers,
    body: JSON.stringify({ query: CREATE, variables }),
    signal,
  });
  const { clientSecret } = created.parse(await minted.json()).data.createRealtimeSession;
  const answer = await fetch(new URL('/realtime/calls', url), {
    method: 'POST',
    headers: { 'content-type': 'application/sdp', authorization: `Bearer ${clientSecret.value}` },
    body: OFFER,
    signal,
  });
  const text = await answer.text();
  if (answer.status !== 201) throw new Error(`An offer was answered with ${answer.status}: ${text}`);
}
