import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { z } from 'zod';
import { listen } from '../../src/server/http/listen.ts';
import { serveParent } from '../channel.ts';

// A provider that speaks the GA dialect and does nothing else: it answers the session that was asked for with
// the defaults filled in, about as long as the real answer, after a latency that it is told.

const PATH = '/v1/realtime/client_secrets';
const request = z.looseObject({
  expires_after: z.object({ seconds: z.number() }),
  session: z.looseObject({
    audio: z
      .looseObject({ input: z.looseObject({}).optional(), output: z.looseObject({}).optional() })
      .optional(),
  }),
});
const instruction = z.object({ latencyMs: z.number(), asciiOnly: z.boolean() });

let latencyMs = 0;
let asciiOnly = false;
let minted = 0;
// Distinct across processes, and cheaper than randomness for each secret.
const series = randomBytes(8).toString('hex');

const server = createServer((incoming, response) => {
  let body = '';
  incoming.setEncoding('utf8');
  incoming.on('data', (piece: string) => {
    body += piece;
  });
  incoming.on('end', () => {
    const answer = () => {
      const known = incoming.method === 'POST' && incoming.url === PATH;
      const text = write(known ? mint(body) : { error: { message: 'Invalid URL', code: null } });
      response.writeHead(known ? 200 : 404, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(text),
        'x-request-id': `req_${series}${minted}`,
      });
      response.end(text);
    };
    if (latencyMs > 0) setTimeout(answer, latencyMs);
    else answer();
  });
});

// Escaping takes longer than all else here, and a provider would do it on machines of its own.
const escaped = new Map<string, string>();

function write(answer: object): string {
  const text = JSON.stringify(answer);
  if (!asciiOnly) return text;
  return text.replace(/[\u0080-\uffff]+/g, (foreign) => {
    const known = escaped.get(foreign);
    if (known !== undefined) return known;
    let escapes = '';
    for (let index = 0; index < foreign.length; index += 1)
      escapes += `\\u${foreign.charCodeAt(index).toString(16).padStart(4, '0')}`;
    escaped.set(foreign, escapes);
    return escapes;
  });
}

function mint(body: string) {
  const { expires_after, session } = request.parse(JSON.parse(body));
  minted += 1;
  const number = String(minted).padStart(16, '0');
  return {
    value: `ek_${series}${number}`,
    expires_at: Math.floor(Date.now() / 1000) + expires_after.seconds,
    session: {
      type: 'realtime',
      object: 'realtime.session',
      id: `sess_${series}${number}`,
      expires_at: 0,
      output_modalities: ['audio'],
      tool_choice: 'auto',
      max_output_tokens: 'inf',
      tracing: null,
      truncation: 'auto',
      prompt: null,
      include: null,
      ...session,
      audio: {
        input: {
          format: { type: 'audio/pcm', rate: 24_000 },
          noise_reduction: null,
          ...session.audio?.input,
        },
        output: { format: { type: 'audio/pcm', rate: 24_000 }, speed: 1, ...session.audio?.output },
      },
    },
  };
}

const port = Number(new URL(await listen(server, 0, '127.0.0.1')).port);
serveParent({ port }, async (question) => {
  ({ latencyMs, asciiOnly } = instruction.parse(question));
  return {};
});
