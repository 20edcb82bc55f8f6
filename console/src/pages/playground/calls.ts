/** `asking`: the browser asks for the microphone. `connected`: what is said can be heard, and written texts arrive. */
export type CallState = 'asking' | 'calling' | 'connecting' | 'connected' | 'ended';

export type Call = {
  /** Says something to the model, in writing. Only while connected. */
  readonly say: (text: string) => void;
  /** Ends it, whatever its state, and lets go of the microphone. */
  readonly close: () => void;
};

type Opener = 'provider' | 'gateway';

type Options = {
  /** Whether the user's microphone is part of it; the browser asks the user. */
  readonly microphone: boolean;
  /** Who takes the offer. */
  readonly opener: Opener;
  readonly onState: (state: CallState) => void;
  /** What the provider sent, or what became of the connection. */
  readonly onEvent: (text: string) => void;
  /** Why it ended, for people, unless somebody has closed it. */
  readonly onProblem: (text: string) => void;
};

/**
 * Opens a WebRTC connection with a client secret, and plays what the model says.
 * @param url where the provider, or the gateway, takes offers
 */
export function openCall(url: string, secret: string, options: Options): Call {
  const { microphone, opener, onState, onEvent, onProblem } = options;
  const connection = new RTCPeerConnection();
  const player = new Audio();
  player.autoplay = true;
  const ended = new AbortController();
  const channel = connection.createDataChannel('oai-events');

  connection.addEventListener('track', ({ streams: [stream] }) => {
    player.srcObject = stream ?? null;
  });
  connection.addEventListener('connectionstatechange', () => {
    onEvent(`connection: ${connection.connectionState}`);
    if (connection.connectionState === 'failed') fail('The connection broke.');
  });
  channel.addEventListener('message', ({ data }: MessageEvent<unknown>) => onEvent(typeOf(data)));
  channel.addEventListener('open', () => onState('connected'));
  channel.addEventListener('close', () => fail('The provider has ended the connection.'));
  start().catch((error: unknown) =>
    fail(error instanceof Error ? error.message : 'It could not be connected.'),
  );
  return { say: (text) => say(channel, text), close };

  async function start() {
    if (microphone) {
      onState('asking');
      const stream = await askForMicrophone();
      ended.signal.addEventListener('abort', () => stopAll(stream));
      if (ended.signal.aborted) return stopAll(stream);
      for (const track of stream.getTracks()) connection.addTrack(track, stream);
    } else connection.addTransceiver('audio', { direction: 'recvonly' });
    onState('calling');
    await connection.setLocalDescription();
    const offer = connection.localDescription?.sdp ?? '';
    const response = await sendOffer(url, secret, offer, ended.signal).catch(() => {
      throw new Error(`The ${opener} could not be reached from this browser.`);
    });
    if (!response.ok) throw new Error(await refusalOf(response, opener));
    const sdp = await response.text();
    if (ended.signal.aborted) return;
    onState('connecting');
    await connection.setRemoteDescription({ type: 'answer', sdp });
  }

  function fail(problem: string) {
    if (ended.signal.aborted) return;
    onProblem(problem);
    close();
  }

  function close() {
    if (ended.signal.aborted) return;
    ended.abort();
    player.srcObject = null;
    connection.close();
    onState('ended');
  }
}

async function askForMicrophone(): Promise<MediaStream> {
  // Browsers have it on https: and on this machine only.
  if (!window.isSecureContext)
    throw new Error('Browsers give a microphone to pages over HTTPS only. Connect without one.');
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: true });
  } catch (error) {
    const isMissing = error instanceof DOMException && error.name === 'NotFoundError';
    throw new Error(
      isMissing
        ? 'There is no microphone on this computer. Connect without one.'
        : 'The browser gives no microphone. Connect without one, or allow it for this page.',
    );
  }
}

function stopAll(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

function sendOffer(url: string, secret: string, sdp: string, signal: AbortSignal): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/sdp' },
    body: sdp,
    signal,
    credentials: 'omit',
    referrerPolicy: 'no-referrer',
  });
}

/** The gateway says in a sentence why. What a provider says is not for people. */
async function refusalOf(response: Response, opener: Opener): Promise<string> {
  const refused = `The ${opener} refused the connection: HTTP ${response.status}.`;
  if (opener === 'provider') return refused;
  const body: { error?: { message?: unknown } } | null = await response.json().catch(() => null);
  const message = body?.error?.message;
  return typeof message === 'string' ? `${refused} ${message}` : refused;
}

function say(channel: RTCDataChannel, text: string): void {
  const item = { type: 'message', role: 'user', content: [{ type: 'input_text', text }] };
  channel.send(JSON.stringify({ type: 'conversation.item.create', item }));
  channel.send(JSON.stringify({ type: 'response.create' }));
}

/** Its type is enough to follow a call; what is said is heard. */
function typeOf(data: unknown): string {
  if (typeof data !== 'string') return 'a message that is not text';
  const event: unknown = JSON.parse(data);
  const type: unknown = typeof event === 'object' && event !== null ? Reflect.get(event, 'type') : undefined;
  return typeof type === 'string' ? type : 'an event without a type';
}
