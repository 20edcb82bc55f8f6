const EXAMPLE = `# Put the operator's key into the headers below: it stands in the file root-key of the data directory.
mutation Issue {
  createRealtimeSession(input: { externalUserId: "alice", instructions: "Be brief." }) {
    __typename
    ... on CreateRealtimeSessionSuccess {
      clientSecret { value expiresAt } # shown once, never again
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

let page: Promise<Buffer> | undefined;

/**
 * The GraphiQL page, everything in it: nothing is loaded from elsewhere. Loaded (it is large) and rendered once,
 * when first asked for.
 */
export function graphiqlPage(): Promise<Buffer> {
  page ??= renderPage();
  return page;
}

async function renderPage(): Promise<Buffer> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  return Buffer.from(
    renderGraphiQL({
      title: 'Gatehouse',
      defaultQuery: EXAMPLE,
      headers: JSON.stringify({ authorization: 'Bearer <root key>' }, null, 2),
    }),
  );
}
