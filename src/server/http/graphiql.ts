import { createHash } from 'node:crypto';

const EXAMPLE = `# Put the root key into the headers below. It is in the file root-key of the data directory.
mutation Issue {
  createRealtimeSession(input: { externalUserId: "alice", instructions: "Be brief." }) {
    __typename
    ... on CreateRealtimeSessionSuccess {
      clientSecret { value expiresAt } # returned once, never again
      session { id status model voice clientSecret { redacted expiresInSeconds } }
    }
    ... on Error { message }
    ... on InvalidInputError { issues { path message } }
    ... on UpstreamError { upstreamStatus retryable possiblyIssued }
  }
}

query Newest {
  realtimeSessions(first: 10) {
    nodes { id status createdAt model user { externalId } clientSecret { redacted expiresInSeconds } failure { code } }
    pageInfo { hasNextPage endCursor }
  }
}
`;

// Headers, variables and queries can hold credentials. So the page stores nothing that outlives it, not even its query in the
// URL, which the browser's history would keep; and it removes what an earlier version stored.
const FORGET = `(() => {
  for (const key of Object.keys(localStorage)) if (key.startsWith('graphiql:')) localStorage.removeItem(key);
  const items = new Map();
  const storage = {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  };
  Object.defineProperty(window, 'localStorage', { value: storage });
  history.replaceState = () => {};
})();`;

type GraphiqlPage = { readonly html: Buffer; readonly contentSecurityPolicy: string };

let page: Promise<GraphiqlPage> | undefined;

/** The GraphiQL page. It loads nothing from elsewhere. It is large, so it is rendered once, at the first request. */
export function graphiqlPage(): Promise<GraphiqlPage> {
  page ??= renderPage();
  return page;
}

async function renderPage(): Promise<GraphiqlPage> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const rendered = renderGraphiQL({
    title: 'Gatehouse',
    defaultQuery: EXAMPLE,
    shouldPersistHeaders: false,
    headers: JSON.stringify({ authorization: 'Bearer <root key>' }, null, 2),
  });
  const html = rendered.replace('<head>', () => `<head><script>${FORGET}</script>`);
  return { html: Buffer.from(html), contentSecurityPolicy: policyFor(html) };
}

/** Allows the page's own scripts by their hashes, so that injected ones do not run. Styles are set by the editor at runtime. */
function policyFor(html: string): string {
  const scripts = [...html.matchAll(/<script>(.*?)<\/script>/gs)].map(
    ([, code = '']) => `'sha256-${createHash('sha256').update(code).digest('base64')}'`,
  );
  return [
    "default-src 'none'",
    `script-src ${scripts.join(' ')}`,
    "style-src 'unsafe-inline'",
    'img-src data:',
    'font-src data:',
    'worker-src blob:',
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
