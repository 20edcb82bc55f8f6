import type { Refusal } from './refusal.ts';

type Body =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly refusal: Refusal };

/** Reads at most so many bytes. A request without a body has the value undefined. */
export async function readJson(request: Request, maxBytes: number): Promise<Body> {
  const text = await readText(request, maxBytes);
  if (text === null) return refused(413, 'BODY_TOO_LARGE', `A body has at most ${maxBytes} bytes.`);
  if (text === '') return { ok: true, value: undefined };
  // A form of another site's page can send text, but not this type.
  const type = request.headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== 'application/json') return refused(415, 'NOT_JSON', 'Send the body as application/json.');
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return refused(400, 'NOT_JSON', 'The body is not JSON.');
  }
}

async function readText(request: Request, maxBytes: number): Promise<string | null> {
  if (Number(request.headers.get('content-length')) > maxBytes) return null;
  if (request.body === null) return '';
  const decoder = new TextDecoder();
  const reader = request.body.getReader();
  let text = '';
  for (let bytes = 0; ; ) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > maxBytes) {
      await reader.cancel();
      return null;
    }
    text += decoder.decode(value, { stream: true });
  }
}

function refused(status: number, code: string, message: string): Body {
  return { ok: false, refusal: { status, code, message } };
}
