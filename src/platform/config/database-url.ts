// What the URL of a database may say. What nobody would follow is refused: a URL is often copied from another program,
// whose parameters mean nothing here.

const MALFORMED = 'must be a postgresql:// URL that names its user, with special characters percent-encoded';
const SSL_MODES = ['disable', 'no-verify', 'require', 'verify-ca', 'verify-full'];
/** Only libpq knows a meaning of these, and so they need uselibpqcompat=true. */
const LIBPQ_SSL_MODES = ['prefer'];
const FOLLOWED = [
  'application_name',
  'host',
  'options',
  'port',
  'ssl',
  'sslcert',
  'sslkey',
  'sslmode',
  'sslnegotiation',
  'sslrootcert',
  'uselibpqcompat',
];

const OWN_TIME_LIMIT = 'set GATEHOUSE_DATABASE_TIMEOUT_MS instead';
const NO_NAMES = 'set GATEHOUSE_PREPARED_STATEMENTS=off instead';
const TLS = 'say sslmode, sslrootcert, sslcert and sslkey instead';
/** What to do instead of a parameter of libpq, of Prisma or of another driver. */
const INSTEAD: Readonly<Record<string, string>> = {
  channel_binding: 'leave it out, and say sslmode=verify-full',
  connect_timeout: OWN_TIME_LIMIT,
  connection_limit: 'set GATEHOUSE_POOL_SIZE instead',
  currentSchema: 'leave it out: the tables are in the schema public',
  idle_in_transaction_session_timeout: OWN_TIME_LIMIT,
  lock_timeout: OWN_TIME_LIMIT,
  pgbouncer: NO_NAMES,
  pool_timeout: OWN_TIME_LIMIT,
  query_timeout: OWN_TIME_LIMIT,
  schema:
    'the tables are in the schema public: say schema=public, or give them a database of their own instead of a schema',
  search_path: 'leave it out: the tables are in the schema public',
  socket_timeout: OWN_TIME_LIMIT,
  sslaccept: TLS,
  sslidentity: TLS,
  sslpassword: TLS,
  statement_cache_size: NO_NAMES,
  statement_timeout: OWN_TIME_LIMIT,
  target_session_attrs: 'name one server, the one that takes writes',
};

/** A URL that every part of the gateway reads alike, or what is wrong with it. The message repeats no value. */
export type DatabaseUrl =
  | { readonly ok: true; readonly url: string }
  | { readonly ok: false; readonly message: string };

/**
 * Reads the URL of a database. A socket is named by its folder, as libpq has it (`postgresql://user@/name?host=/run/postgresql`)
 * or percent-encoded in the place of the host; the result has the latter form, which `new URL` can read.
 */
export function readDatabaseUrl(value: string): DatabaseUrl {
  // Without a host a URL with a user cannot be read.
  const url = parse(value.replace(/^(postgres(?:ql)?:\/\/[^/?#]*@)(?=[:/?]|$)/, '$1%2F'));
  if (url === null) return { ok: false, message: MALFORMED };
  const { searchParams } = url;
  const names = [...searchParams.keys()];
  // Said only where the parameter is known: of a password with a "?" in it the rest would look like one.
  for (const name of names) {
    if (name === 'schema' && searchParams.get(name) === 'public') continue;
    const instead = INSTEAD[name];
    if (instead !== undefined)
      return { ok: false, message: `has the parameter ${name}, which is not followed: ${instead}` };
    if (!FOLLOWED.includes(name))
      return {
        ok: false,
        message: `has a parameter that is not known here; these are: ${FOLLOWED.join(', ')}`,
      };
  }
  if (new Set(names).size < names.length) return { ok: false, message: 'has a parameter twice' };
  const message = checkTls(searchParams);
  if (message !== null) return { ok: false, message };
  return toOneForm(url, value);
}

function parse(value: string): URL | null {
  try {
    const url = new URL(value);
    // The user must be named, because migrations grant to it. A raw % in a password would fail later in the driver,
    // without a reason.
    decodeURIComponent(url.username + url.password + url.hostname + url.pathname);
    return /^postgres(ql)?:$/.test(url.protocol) && url.username !== '' ? url : null;
  } catch {
    return null;
  }
}

function checkTls(parameters: URLSearchParams): string | null {
  const mode = parameters.get('sslmode');
  const modes = parameters.get('uselibpqcompat') === 'true' ? [...SSL_MODES, ...LIBPQ_SSL_MODES] : SSL_MODES;
  if (mode !== null && !modes.includes(mode))
    return `has an sslmode that is not followed; these are: ${modes.join(', ')}`;
  const ssl = parameters.get('ssl');
  if (ssl !== null && ssl !== 'true') return 'has an ssl that is not "true": say sslmode instead';
  return null;
}

/** Puts host and port where a URL has them. */
function toOneForm(url: URL, value: string): DatabaseUrl {
  const { searchParams } = url;
  const host = searchParams.get('host');
  const port = searchParams.get('port');
  const named = url.hostname !== '%2F';
  if (host === null && !named) return { ok: false, message: MALFORMED };
  if (host === null && port === null && !searchParams.has('schema')) return { ok: true, url: value };
  if (host !== null) url.hostname = host.includes(':') ? `[${host}]` : encodeURIComponent(host);
  if (port !== null) url.port = port;
  const unread =
    (host !== null && (host === '' || host.includes(','))) || (port !== null && url.port !== port);
  if (unread) return { ok: false, message: 'has a host or a port that cannot be read: name one server' };
  for (const name of ['host', 'port', 'schema']) searchParams.delete(name);
  return { ok: true, url: url.href };
}
