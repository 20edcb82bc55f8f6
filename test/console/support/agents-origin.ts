import { createServer } from 'node:http';
import { join } from 'node:path';
import { build } from 'vite';
import { listen } from '../../support/listen.ts';

export type AgentsOrigin = { readonly origin: string; close(): void };

/** An app's page with OpenAI's SDK in it, bundled as apps bundle it, on an origin of its own. */
export async function serveAgentsPage(): Promise<AgentsOrigin> {
  const { entry, scripts } = await bundle(join(import.meta.dirname, 'agents-page.ts'));
  const html = `<!doctype html><link rel="icon" href="data:,"><script type="module" src="${entry}"></script>`;
  const server = createServer(({ url = '' }, response) => {
    const script = scripts.get(url);
    response.setHeader('content-type', script === undefined ? 'text/html' : 'text/javascript');
    response.end(script ?? html);
  });
  const port = await listen(server);
  return { origin: `http://127.0.0.1:${port}`, close: () => void server.close() };
}

/** Its scripts by their paths, and the path of the one that begins. */
async function bundle(file: string) {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': '"production"' },
    build: { write: false, minify: false, rolldownOptions: { input: file } },
  });
  const [first] = Array.isArray(built) ? built : [built];
  const output = first !== undefined && 'output' in first ? first.output : [];
  const chunks = output.flatMap((part) => (part.type === 'chunk' ? [part] : []));
  const entry = chunks.find(({ isEntry }) => isEntry);
  if (entry === undefined) throw new Error('Nothing was bundled');
  return {
    entry: `/${entry.fileName}`,
    scripts: new Map(chunks.map(({ fileName, code }) => [`/${fileName}`, code])),
  };
}
