import { maxHeaderSize } from 'node:http';
import { MAX_OFFERS, OFFER_QUEUE } from '../src/calls/call-bounds.ts';
import { MAX_LIST_LENGTH } from '../src/graphql/list-limit.ts';
import { MAX_COUNT } from '../src/graphql/total-count.ts';
import { MAX_ROWS } from '../src/graphql/usage-report.ts';
import { MAX_CREDENTIAL, MAX_INSTRUCTIONS, MAX_TOOL_NAMES, MAX_URL } from '../src/issuing/input-limits.ts';
import { MAX_PAGE_SIZE } from '../src/platform/database/page.ts';
import { MAX_ISSUES, MAX_NAME_LENGTH } from '../src/platform/validation/input-issue.ts';
import { MAX_JSON_DEPTH } from '../src/platform/validation/text.ts';
import { MAX_MESSAGE_BYTES } from '../src/providers/calls/attach-once.ts';
import { MAX_UNREAD } from '../src/providers/calls/side-channel.ts';
import { MAX_EXTRA_FIELDS, MAX_INCLUDED } from '../src/providers/extra-fields.ts';
import { ANSWER_PER_SENT_BYTE, MIN_ANSWER_BOUND } from '../src/providers/mint-over-http.ts';
import { MAX_COUNTED_UNSEALED } from '../src/sealing/trail-state.ts';
import { MAX_CACHED_CHARACTERS, MAX_CACHED_DOCUMENT } from '../src/server/graphql/document-cache.ts';
import { MAX_BRACKETS, MAX_NAME_PAIRS } from '../src/server/graphql/parse-document.ts';
import { MAX_OFFER_BYTES } from '../src/server/http/check-offer.ts';
import { MAX_MINUTES_MS } from '../src/statistics/statistics-query.ts';
import { MAX_WAITING } from '../src/subscriptions/subscription.ts';
import { MAX_TOKENS } from '../src/usage/parse-tokens.ts';
import { MAX_USAGE_BYTES } from '../src/usage/parse-usage.ts';
import { MAX_SECONDS } from '../src/usage/seconds.ts';
import { MAX_REPORTS, MAX_UNPRICED_MODELS } from '../src/usage/usage.ts';

/** A limit: a number of the code, or the variable that sets it. */
export type LimitRow = {
  readonly what: string;
  /** What happens beyond it. */
  readonly beyond: string;
} & ({ readonly most: number } | { readonly variable: string });

const INVALID = 'InvalidInputError';
const BAD_INPUT = '400';
const BUSY = '429';
const MORE = 'the answer says that there are more';

/** What one request may hold. The lists of the schema come behind these. */
export const requestLimits: readonly LimitRow[] = [
  { what: 'Bytes of its line and headers', most: maxHeaderSize, beyond: '431' },
  { what: 'Bytes of its body', variable: 'GATEHOUSE_MAX_BODY_BYTES', beyond: '413' },
  { what: 'Bytes of an SDP offer', most: MAX_OFFER_BYTES, beyond: '413' },
  {
    what: 'Milliseconds until its headers are there',
    variable: 'GATEHOUSE_HEADERS_TIMEOUT_MS',
    beyond: '408',
  },
  { what: 'Milliseconds until all of it is there', variable: 'GATEHOUSE_REQUEST_TIMEOUT_MS', beyond: '408' },
  { what: 'Tokens of its document', variable: 'GATEHOUSE_MAX_TOKENS', beyond: BAD_INPUT },
  { what: 'Brackets around a token of its document', most: MAX_BRACKETS, beyond: BAD_INPUT },
  {
    what: 'Pairs of equal names in its document (316 uses of one name)',
    most: MAX_NAME_PAIRS,
    beyond: BAD_INPUT,
  },
  { what: 'Fields around a field', variable: 'GATEHOUSE_MAX_DEPTH', beyond: BAD_INPUT },
  { what: 'Aliases', variable: 'GATEHOUSE_MAX_ALIASES', beyond: BAD_INPUT },
  { what: 'Directives', variable: 'GATEHOUSE_MAX_DIRECTIVES', beyond: BAD_INPUT },
  { what: 'Objects that it asks for', variable: 'GATEHOUSE_MAX_COST', beyond: BAD_INPUT },
  { what: 'Root fields of a mutation', most: 1, beyond: BAD_INPUT },
  { what: 'Entries of a page', most: MAX_PAGE_SIZE, beyond: BAD_INPUT },
  { what: 'Rows of a page of usage or of statistics', most: MAX_ROWS, beyond: BAD_INPUT },
  { what: 'Hours of statistics by minute', most: MAX_MINUTES_MS / 3_600_000, beyond: BAD_INPUT },
  { what: '`totalCount(upTo:)`', most: MAX_COUNT, beyond: BAD_INPUT },
  { what: '`TrailState.unsealedEvents`', most: MAX_COUNTED_UNSEALED, beyond: 'not counted' },
  {
    what: 'Entries of any list in variables, before they are looked at',
    most: MAX_LIST_LENGTH,
    beyond: BAD_INPUT,
  },
  { what: 'Levels of a JSON value', most: MAX_JSON_DEPTH, beyond: BAD_INPUT },
  { what: 'Errors of variables or of the document that are listed', most: MAX_ISSUES, beyond: MORE },
  { what: 'Issues of an InvalidInputError', most: MAX_ISSUES, beyond: MORE },
  { what: 'Characters of a name that an issue repeats', most: MAX_NAME_LENGTH, beyond: 'cut off' },
  { what: 'Characters of instructions', most: MAX_INSTRUCTIONS, beyond: INVALID },
  { what: 'Characters of the URL of an MCP server', most: MAX_URL, beyond: INVALID },
  { what: 'Characters of a credential for an MCP server', most: MAX_CREDENTIAL, beyond: INVALID },
  { what: 'Names of tools in `requireApproval`, in each list', most: MAX_TOOL_NAMES, beyond: INVALID },
  {
    what: 'Fields of `extra.tracing.metadata` and of `extra.prompt.variables`',
    most: MAX_EXTRA_FIELDS,
    beyond: INVALID,
  },
  { what: 'Entries of `extra.include`', most: MAX_INCLUDED, beyond: INVALID },
  { what: 'Bytes of a reported usage object', most: MAX_USAGE_BYTES, beyond: INVALID },
  { what: 'Tokens of one kind in a usage object', most: MAX_TOKENS, beyond: INVALID },
  { what: 'Seconds in a usage object', most: MAX_SECONDS, beyond: INVALID },
];

/** What one caller, user or session may have. */
export const callerLimits: readonly LimitRow[] = [
  { what: 'Requests of a caller in a minute', variable: 'GATEHOUSE_REQUESTS_PER_MINUTE', beyond: BUSY },
  {
    what: 'Requests of an address without valid credentials in a minute',
    variable: 'GATEHOUSE_ANONYMOUS_REQUESTS_PER_MINUTE',
    beyond: BUSY,
  },
  {
    what: 'Requests of a caller at a time',
    variable: 'GATEHOUSE_MAX_REQUESTS_PER_CALLER',
    beyond: 'it waits, then 429',
  },
  { what: 'Subscriptions of a caller', variable: 'GATEHOUSE_MAX_STREAMS_PER_CALLER', beyond: BUSY },
  {
    what: 'Sessions of a user at a time',
    variable: 'GATEHOUSE_MAX_ACTIVE_SESSIONS',
    beyond: 'QuotaExceededError',
  },
  {
    what: 'Sessions of a user in 60 seconds',
    variable: 'GATEHOUSE_MAX_MINTS_PER_MINUTE',
    beyond: 'QuotaExceededError',
  },
  {
    what: 'Sessions of a user in 24 hours',
    variable: 'GATEHOUSE_MAX_MINTS_PER_DAY',
    beyond: 'QuotaExceededError',
  },
  {
    what: "Seconds of a client secret's life",
    variable: 'GATEHOUSE_MAX_TTL_SECONDS',
    beyond: 'PolicyViolationError',
  },
  { what: 'Seconds of a call', variable: 'GATEHOUSE_MAX_CALL_SECONDS', beyond: 'PolicyViolationError' },
  {
    what: 'Seconds of a call of a BROKERED session',
    variable: 'GATEHOUSE_MAX_CALL_SECONDS',
    beyond: 'PolicyViolationError',
  },
  {
    what: 'US dollars of a user in a month',
    variable: 'GATEHOUSE_MONTHLY_BUDGET_USD',
    beyond: 'PolicyViolationError',
  },
  { what: 'Usage reports of a session by its user', most: MAX_REPORTS.CLIENT, beyond: INVALID },
  {
    what: 'Usage reports of a session by applications and operators',
    most: MAX_REPORTS.APPLICATION,
    beyond: INVALID,
  },
  {
    what: 'Models that `costUnknownFor` names',
    most: MAX_UNPRICED_MODELS,
    beyond: '`costUnknownForMore` counts them',
  },
  { what: 'Events that wait for a subscriber', most: MAX_WAITING, beyond: 'the stream ends' },
];

/** What one gateway takes at a time. */
export const gatewayLimits: readonly LimitRow[] = [
  { what: 'Open connections', variable: 'GATEHOUSE_MAX_CONNECTIONS', beyond: 'closed at once' },
  { what: 'Open subscriptions', variable: 'GATEHOUSE_MAX_STREAMS', beyond: BUSY },
  {
    what: 'Requests to the provider at a time',
    variable: 'GATEHOUSE_MAX_MINTS_IN_FLIGHT',
    beyond: 'the session waits',
  },
  {
    what: 'Sessions that wait for a request to the provider',
    variable: 'GATEHOUSE_MINT_QUEUE',
    beyond: 'UpstreamError',
  },
  {
    what: 'Milliseconds of a request to the provider',
    variable: 'GATEHOUSE_UPSTREAM_TIMEOUT_MS',
    beyond: 'UpstreamError',
  },
  {
    what: `Bytes of the provider's answer, or ${ANSWER_PER_SENT_BYTE} times the bytes that were sent if that is more`,
    most: MIN_ANSWER_BOUND,
    beyond: 'UpstreamError',
  },
  {
    what: 'Bytes of an event of a call that is read',
    most: MAX_MESSAGE_BYTES,
    beyond: 'the side channel is opened anew',
  },
  {
    what: 'Events of a call that wait to be read',
    most: MAX_UNREAD,
    beyond: 'the side channel is opened anew',
  },
  { what: 'Calls that it watches', variable: 'GATEHOUSE_MAX_CALLS', beyond: '503' },
  { what: 'SDP offers at a time', most: MAX_OFFERS, beyond: 'the offer waits' },
  { what: 'SDP offers that wait', most: OFFER_QUEUE, beyond: '503' },
  { what: 'Connections to the database', variable: 'GATEHOUSE_POOL_SIZE', beyond: 'the statement waits' },
  {
    what: 'Milliseconds of a statement in the database',
    variable: 'GATEHOUSE_DATABASE_TIMEOUT_MS',
    beyond: '503',
  },
  {
    what: 'Characters of parsed documents that are kept',
    most: MAX_CACHED_CHARACTERS,
    beyond: 'the oldest is forgotten',
  },
  { what: 'Characters of one parsed document that is kept', most: MAX_CACHED_DOCUMENT, beyond: 'not kept' },
];
