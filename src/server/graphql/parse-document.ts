import { type DocumentNode, GraphQLError, Lexer, type ParseOptions, parse, Source, TokenKind } from 'graphql';
import { limitExceeded } from './check-limits.ts';

// Counts every kind of bracket. The usual introspection query has 15 levels.
export const MAX_BRACKETS = 64;

// Validation compares the fields of one name with each other. Real documents have some hundred pairs.
export const MAX_NAME_PAIRS = 50_000;
// Where longer documents are allowed, names may come more often as well.
const PAIRS_PER_TOKEN_SQUARED = 1 / 320;

const OPENING: readonly string[] = [TokenKind.BRACE_L, TokenKind.PAREN_L, TokenKind.BRACKET_L];
const CLOSING: readonly string[] = [TokenKind.BRACE_R, TokenKind.PAREN_R, TokenKind.BRACKET_R];

/**
 * Creates a parser for documents of bounded length, depth and repetition. They are counted on the tokens before parsing,
 * because the parser and the validation recurse, and a deeply nested document would exhaust the stack.
 * The parser throws GraphQLError with code GRAPHQL_PARSE_FAILED or LIMIT_EXCEEDED.
 */
export function createParseDocument(maxTokens: number) {
  return (source: string | Source, options?: ParseOptions): DocumentNode => {
    try {
      requireBounds(typeof source === 'string' ? new Source(source) : source, maxTokens);
      return parse(source, options);
    } catch (error) {
      if (!(error instanceof GraphQLError) || error.extensions['code'] !== undefined) throw error;
      throw new GraphQLError(error.message, {
        source: error.source ?? null,
        positions: error.positions ?? null,
        extensions: { code: 'GRAPHQL_PARSE_FAILED', http: { spec: true, status: 400 } },
      });
    }
  };
}

function requireBounds(source: Source, maxTokens: number): void {
  const lexer = new Lexer(source);
  const names = new Map<string, number>();
  let pairs = 0;
  let tokens = 0;
  let depth = 0;
  while (lexer.advance().kind !== TokenKind.EOF) {
    tokens += 1;
    if (lexer.token.kind === TokenKind.NAME) {
      const earlier = names.get(lexer.token.value) ?? 0;
      pairs += earlier;
      names.set(lexer.token.value, earlier + 1);
    }
    if (OPENING.includes(lexer.token.kind)) depth += 1;
    if (CLOSING.includes(lexer.token.kind)) depth -= 1;
    if (tokens > maxTokens) throw limitExceeded(`The document has more than ${maxTokens} tokens.`);
    if (depth > MAX_BRACKETS)
      throw limitExceeded(`The document is nested more than ${MAX_BRACKETS} levels deep.`);
  }
  if (pairs > Math.max(MAX_NAME_PAIRS, maxTokens ** 2 * PAIRS_PER_TOKEN_SQUARED))
    throw limitExceeded('The document repeats its names too often.');
}
