/** Three of the gateway's heartbeats, as long as nobody has set them otherwise. */
const SILENT_MS = 45_000;

/**
 * A stream of events that fails when nothing arrives any more, not even the gateway's heartbeat: a connection can be gone
 * without anybody saying so.
 */
export function endWhenSilent(response: Response): Response {
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
  if (response.body === null || !isStream) return response;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const watched = new TransformStream<Uint8Array, Uint8Array>({
    start: (controller) => restart(controller),
    transform: (chunk, controller) => {
      restart(controller);
      controller.enqueue(chunk);
    },
    flush: () => clearTimeout(timer),
  });
  const { status, headers } = response;
  return new Response(response.body.pipeThrough(watched), { status, headers });

  function restart(controller: TransformStreamDefaultController) {
    clearTimeout(timer);
    timer = setTimeout(() => controller.error(new Error('The stream is silent.')), SILENT_MS);
  }
}
