import { randomBytes } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { isJsonObject, type Json, type JsonObject } from '../../src/platform/validation/json.ts';
import { createFakeCall, type FakeCall, type FakeUsage, type HeldCall } from './fake-call.ts';
import { listen } from './listen.ts';
import { acceptWebSocket } from './web-socket-server.ts';

/** What becomes of an offer. Without one it is answered as recorded: 201, SDP, Location with a path only. */
export type OfferBehaviour =
  | {
      readonly kind: 'answer';
      /** (a) Answered no sooner. The call is made at once. */
      readonly after?: Promise<unknown>;
      /** (b) and (c) */
      readonly location?: 'none' | 'absolute' | 'unusable';
      /** In place of an SDP. */
      readonly body?: string;
    }
  /** (d) No call is made. */
  | {
      readonly kind: 'refuse';
      readonly status: number;
      readonly code?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** (e) The call is made, and nobody hears of it. */
  | { readonly kind: 'silent' }
  /** The call is made, and the connection cut: before the answer, or behind its head. */
  | { readonly kind: 'cut'; readonly behindHead?: boolean };

/** (f) What becomes of an attempt to attach: `cut` breaks the connection, `deaf` opens it and is silent then. */
export type AttachBehaviour =
  | { readonly kind: 'refuse'; readonly status: number }
  | { readonly kind: 'hang' | 'cut' | 'deaf' };

export type HangUpBehaviour =
  | { readonly kind: 'refuse'; readonly status: number }
  | { readonly kind: 'hang' };

export type FakeRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};

export type FakeCallsOptions = {
  /** (m) What it takes as keys. Default: anything. A call is known to the key that made it alone. */
  readonly keys?: readonly string[];
  /** (l) After how long a call ends by itself; the real one: 3600. */
  readonly callSeconds?: number;
};

export type FakeCalls = {
  /** As OPENAI_BASE_URL has it. */
  readonly url: string;
  /** In the order in which they were made. */
  readonly calls: readonly FakeCall[];
  readonly requests: readonly FakeRequest[];
  /** Of all calls. */
  usage(): FakeUsage;
  /** For the next offer; several are used up in order. */
  nextOffer(behaviour: OfferBehaviour): void;
  nextAttach(behaviour: AttachBehaviour): void;
  nextHangUp(behaviour: HangUpBehaviour): void;
  /** The one that is made next: ask before causing it. */
  nextCall(): Promise<FakeCall>;
  reset(): void;
  stop(): Promise<void>;
};

/** Starts the provider's call control on a free loopback port: it makes calls that consist of nothing but events. */
export async function startFakeCalls({
  keys,
  callSeconds = 3600,
}: FakeCallsOptions = {}): Promise<FakeCalls> {
  const calls: HeldCall[] = [];
  const requests: FakeRequest[] = [];
  const script: { offers: OfferBehaviour[]; attaches: AttachBehaviour[]; hangUps: HangUpBehaviour[] } = {
    offers: [],
    attaches: [],
    hangUps: [],
  };
  const sockets = new Set<Duplex>();
  const timers = new Set<NodeJS.Timeout>();
  let waiting: ((call: FakeCall) => void)[] = [];

  const find = (id: string, key: string | null) =>
    calls.find((call) => call.id === id && call.key === key && call.status === 'live');

  function make(key: string, { api, sdp, session }: Offer, headers: IncomingHttpHeaders): HeldCall {
    const createdAt = new Date();
    const expiresAt = new Date(createdAt.getTime() + 1000 * callSeconds);
    const identifier = headers['openai-safety-identifier'];
    const safetyIdentifier = typeof identifier === 'string' ? identifier : null;
    const call = createFakeCall({ api, key, sdp, session, createdAt, expiresAt, safetyIdentifier });
    calls.push(call);
    const timer = setTimeout(() => call.end('expiry'), 1000 * callSeconds);
    timers.add(timer.unref());
    const told = waiting;
    waiting = [];
    for (const tell of told) tell(call);
    return call;
  }

  async function takeOffer(request: FakeRequest, key: string, response: ServerResponse) {
    const offer = readOffer(request);
    if (typeof offer === 'string') return refuse(response, 400, offer);
    const behaviour = script.offers.shift() ?? { kind: 'answer' };
    if (behaviour.kind === 'refuse')
      return refuse(response, behaviour.status, behaviour.code, behaviour.headers);
    const call = make(key, offer, request.headers);
    switch (behaviour.kind) {
      case 'silent':
        return;
      case 'cut':
        if (!behaviour.behindHead) return response.socket?.resetAndDestroy();
        writeHead(response, call, 1000);
        response.write('v=0', () => setTimeout(() => response.socket?.resetAndDestroy(), 20));
        return;
      case 'answer': {
        const { after, location, body = sdpAnswer() } = behaviour;
        await after;
        const text = offer.api === 'realtime' ? body : liveAnswer(call, body, location);
        writeHead(response, call, Buffer.byteLength(text), location);
        response.end(text);
        return;
      }
      default:
        return behaviour satisfies never;
    }
  }

  function writeHead(
    response: ServerResponse,
    { id, api }: FakeCall,
    contentLength: number,
    location: keyof typeof LOCATIONS | 'none' = 'path',
  ) {
    response.writeHead(201, {
      'content-type': api === 'realtime' ? 'text/plain; charset=utf-8' : 'application/json',
      ...(location === 'none' || api === 'live'
        ? {}
        : { location: LOCATIONS[location](url, `/v1/realtime/calls/${id}`) }),
      'access-control-allow-origin': '*',
      'access-control-expose-headers': 'Location, X-Request-Id, CF-Ray',
      'timing-allow-origin': '*',
      'content-length': contentLength,
    });
  }

  function hangUp(id: string, key: string, response: ServerResponse) {
    calls.find((call) => call.id === id)?.countHangUp();
    const behaviour = script.hangUps.shift();
    if (behaviour?.kind === 'hang') return;
    if (behaviour !== undefined) return refuse(response, behaviour.status);
    const call = find(id, key);
    if (call === undefined)
      return refuse(response, 404, 'call_id_not_found', {}, 'No session found for the provided call_id');
    call.end('hangup');
    response.writeHead(200, { 'content-length': 0 }).end();
  }

  function attach(request: IncomingMessage, socket: Duplex) {
    requests.push({ method: 'GET', path: request.url ?? '', headers: request.headers, body: '' });
    const behaviour = script.attaches.shift();
    if (behaviour?.kind === 'hang') return;
    if (behaviour?.kind === 'cut') return void socket.destroy();
    const found = behaviour?.kind === 'refuse' ? behaviour.status : findForAttaching(request);
    if (typeof found === 'number') {
      socket.end(`HTTP/1.1 ${found} No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
      return;
    }
    const channel = acceptWebSocket(request, socket);
    if (behaviour?.kind === 'deaf') channel.goDeaf();
    found.attach(channel);
  }

  /** The call, or the status that the attempt is refused with. */
  function findForAttaching({ url: path = '', headers }: IncomingMessage): HeldCall | number {
    const key = keyOf(headers);
    if (key === null || keys?.includes(key) === false) return 401;
    const { pathname, searchParams } = new URL(path, 'http://localhost');
    const live = /^\/v1\/live\/sessions\/([^/]+)\/attach$/.exec(pathname)?.[1];
    const id = pathname === '/v1/realtime' ? searchParams.get('call_id') : live;
    return find(id ?? '', key) ?? 404;
  }

  async function serve(incoming: IncomingMessage, response: ServerResponse) {
    const request = await record(incoming);
    requests.push(request);
    response.setHeader('x-request-id', `req_${randomBytes(16).toString('hex')}`);
    const key = keyOf(incoming.headers);
    if (key === null || (keys !== undefined && !keys.includes(key)))
      return refuse(response, 401, 'invalid_api_key');
    if (request.method !== 'POST') return refuse(response, 405, 'method_not_supported');
    if (request.path === '/v1/realtime/calls' || request.path === LIVE)
      return takeOffer(request, key, response);
    const id = /^\/v1\/(?:realtime\/calls|live\/sessions)\/([^/]+)\/hangup$/.exec(request.path)?.[1];
    return id === undefined ? refuse(response, 404) : hangUp(id, key, response);
  }

  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('upgrade', (request, socket) => {
    socket.on('error', () => {});
    attach(request, socket);
  });
  const url = `http://127.0.0.1:${await listen(server)}/v1`;

  return {
    url,
    calls,
    requests,
    usage: () => sumOf(calls.map((call) => call.usage)),
    nextOffer: (behaviour) => void script.offers.push(behaviour),
    nextAttach: (behaviour) => void script.attaches.push(behaviour),
    nextHangUp: (behaviour) => void script.hangUps.push(behaviour),
    nextCall: () => new Promise((resolve) => void waiting.push(resolve)),
    reset() {
      for (const call of calls) call.end();
      calls.length = 0;
      requests.length = 0;
      Object.assign(script, { offers: [], attaches: [], hangUps: [] });
    },
    stop() {
      for (const timer of timers) clearTimeout(timer);
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

const LIVE = '/v1/live/sessions';

const LOCATIONS = {
  path: (_url: string, path: string) => path,
  absolute: (url: string, path: string) => new URL(path, url).href,
  unusable: () => '/v1/realtime/calls/..%2f..%2fkeys',
};

async function record(request: IncomingMessage): Promise<FakeRequest> {
  const chunks: Buffer[] = [];
  for await (const piece of request) {
    const chunk: Buffer = piece;
    chunks.push(chunk);
  }
  const { method = '', url: path = '', headers } = request;
  return { method, path, headers, body: Buffer.concat(chunks).toString('utf8') };
}

function keyOf({ authorization }: IncomingHttpHeaders): string | null {
  return /^Bearer (\S+)$/.exec(authorization ?? '')?.[1] ?? null;
}

type Offer = { readonly api: FakeCall['api']; readonly sdp: string; readonly session: JsonObject };

// As the recorded client writes it: the SDP first, no file names.
const OFFER =
  /^--([0-9a-f]{32})\r\nContent-Disposition: form-data; name="sdp"\r\nContent-Type: application\/sdp\r\n\r\n([\s\S]*?)\r\n--\1\r\nContent-Disposition: form-data; name="session"\r\nContent-Type: application\/json\r\n\r\n([\s\S]*?)\r\n--\1--\r\n$/;

/** The offer, or what is wrong with it. */
function readOffer({ path, headers, body }: FakeRequest): Offer | string {
  if (path === LIVE) return readLiveOffer(headers, body);
  const [, boundary, sdp = '', text = ''] = OFFER.exec(body) ?? [];
  if (boundary === undefined || headers['content-type'] !== `multipart/form-data; boundary=${boundary}`)
    return 'invalid_multipart';
  if (headers.accept !== 'application/sdp') return 'invalid_accept';
  if (!sdp.startsWith('v=0')) return 'invalid_offer';
  const session: Json = JSON.parse(text);
  if (!isJsonObject(session) || session['type'] !== 'realtime' || typeof session['model'] !== 'string')
    return 'invalid_session';
  return { api: 'realtime', sdp, session };
}

function readLiveOffer(headers: IncomingHttpHeaders, body: string): Offer | string {
  const json: Json = JSON.parse(body);
  const { session, transport } = isJsonObject(json) ? json : {};
  if (headers['content-type'] !== 'application/json' || !isJsonObject(transport)) return 'invalid_body';
  const { type, sdp } = transport;
  if (type !== 'webrtc' || typeof sdp !== 'string' || !sdp.startsWith('v=0')) return 'invalid_offer';
  if (!isJsonObject(session) || typeof session['model'] !== 'string') return 'invalid_session';
  return { api: 'live', sdp, session };
}

function liveAnswer({ id }: FakeCall, sdp: string, location: string | undefined): string {
  return JSON.stringify({
    session: location === 'none' ? {} : { id },
    transport: { type: 'webrtc', sdp },
  });
}

function refuse(
  response: ServerResponse,
  status: number,
  code: string | null = null,
  headers: Readonly<Record<string, string>> = {},
  message = 'The fake says no.',
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify({ error: { message, type: 'invalid_request_error', code, param: '' } }));
}

function sumOf(all: readonly Readonly<FakeUsage>[]): FakeUsage {
  const sum: FakeUsage = { responses: 0, input_tokens: 0, output_tokens: 0, total_tokens: 0, seconds: 0 };
  for (const usage of all) {
    sum.responses += usage.responses;
    sum.input_tokens += usage.input_tokens;
    sum.output_tokens += usage.output_tokens;
    sum.total_tokens += usage.total_tokens;
    sum.seconds += usage.seconds;
  }
  return sum;
}

/** As recorded, with the addresses and names of nobody. */
function sdpAnswer(): string {
  const ufrag = randomBytes(4).toString('hex');
  const pwd = randomBytes(16).toString('hex');
  const fingerprint = randomBytes(32).toString('hex').toUpperCase().match(/../g)?.join(':');
  const candidates = ['192.0.2.1', '192.0.2.2', '192.0.2.3'].flatMap((address, index) => [
    `a=candidate:${index} 1 udp 2130706431 ${address} 3478 typ host`,
    `a=candidate:${index} 1 tcp 1671430143 ${address} 443 typ host tcptype passive`,
  ]);
  const lines = [
    ...['v=0', `o=- 4611731400430051336 ${Math.floor(Date.now() / 1000)} IN IP4 0.0.0.0`, 's=-', 't=0 0'],
    ...['a=msid-semantic:WMS *', `a=fingerprint:sha-256 ${fingerprint}`, 'a=ice-lite', 'a=group:BUNDLE 0 1'],
    ...['m=audio 9 UDP/TLS/RTP/SAVPF 111 0 8', 'c=IN IP4 0.0.0.0', 'a=setup:passive', 'a=mid:0'],
    ...[`a=ice-ufrag:${ufrag}`, `a=ice-pwd:${pwd}`, 'a=rtcp-mux', 'a=rtcp-rsize'],
    ...['a=rtpmap:111 opus/48000/2', 'a=rtpmap:0 PCMU/8000', 'a=rtpmap:8 PCMA/8000'],
    ...['a=fmtp:111 minptime=10;useinbandfec=1', 'a=ssrc:1 cname:realtimeapi', 'a=msid:realtimeapi audio'],
    ...['a=sendrecv', ...candidates],
    ...['m=application 9 UDP/DTLS/SCTP webrtc-datachannel', 'c=IN IP4 0.0.0.0', 'a=setup:passive', 'a=mid:1'],
    ...['a=sctp-port:5000', 'a=max-message-size:1073741823', `a=ice-ufrag:${ufrag}`, `a=ice-pwd:${pwd}`],
  ];
  return `${lines.join('\r\n')}\r\n`;
}
