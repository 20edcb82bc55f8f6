import { type DocumentNode, GraphQLError, Lexer, type ParseOptions, parse, Source, TokenKind } from 'graphql';

// The longest operations of real clients have some hundred tokens, and the deepest (introspection) 15 levels.
const MAX_TOKENS = 4000;
const MAX_DEPTH = 64;

const OPENING: readonly string[] = [TokenKind.BRACE_L, TokenKind.PAREN_L, TokenKind.BRACKET_L];
const CLOSING: readonly string[] = [TokenKind.BRACE_R, TokenKind.PAREN_R, TokenKind.BRACKET_R];

/**
 * Parses a document of bounded length and depth. Depth is counted on the tokens, before the parser, because
 * parser and validation recurse: a document nested deep enough would exhaust the stack.
 * @throws GraphQLError with code GRAPHQL_PARSE_FAILED
 */
export function parseDocument(source: string | Source, options?: ParseOptions): DocumentNode {
  try {
    requireBounds(typeof source === 'string' ? new Source(source) : source);
    return parse(source, options);
  } catch (error) {
    if (!(error instanceof GraphQLError) || error.extensions['code'] !== undefined) throw error;
    throw refusal(error.message, { spec: true, status: 400 }, error);
  }
}

function requireBounds(source: Source): void {
  const lexer = new Lexer(source);
  let tokens = 0;
  let depth = 0;
  while (lexer.advance().kind !== TokenKind.EOF) {
    tokens += 1;
    if (OPENING.includes(lexer.token.kind)) depth += 1;
    if (CLOSING.includes(lexer.token.kind)) depth -= 1;
    // A burden rather than a mistake: 400 whatever media type is accepted.
    if (tokens > MAX_TOKENS || depth > MAX_DEPTH)
      throw refusal('The document is too large.', { status: 400 });
  }
}

function refusal(message: string, http: { spec?: boolean; status: number }, at?: GraphQLError): GraphQLError {
  return new GraphQLError(message, {
    source: at?.source ?? null,
    positions: at?.positions ?? null,
    extensions: { code: 'GRAPHQL_PARSE_FAILED', http },
  });
}
