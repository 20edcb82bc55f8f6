import pg from 'pg';

// ALTER ROLE … SET and ALTER DATABASE … SET may say otherwise; what is sent when connecting outranks both. It is sent as
// startup options, without a round trip. Poolers refuse or ignore those: see settingsThroughPooler.

type Settings = Readonly<Record<string, string>>;

/** What our statements, and the libraries that read their results, rely on. */
const REQUIRED: Settings = {
  // A writer that waited for a lock has to see what was committed before it got the lock.
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  // Prisma's adapter sends and reads times without their zone, as UTC.
  TimeZone: 'UTC',
  DateStyle: 'ISO,MDY',
  IntervalStyle: 'postgres',
  bytea_output: 'hex',
  extra_float_digits: '1',
  standard_conforming_strings: 'on',
  array_nulls: 'on',
  // Retention compares the names of tables as the catalog writes them.
  quote_all_identifiers: 'off',
  // Compiling a statement over all months takes seconds.
  jit: 'off',
  // One caller's listing must not take several processors from everybody's mints.
  max_parallel_workers_per_gather: '0',
};

/** Time limits are the gateway's own: see createPool. The options in the URL may set others. */
const DEFAULTS: Settings = {
  statement_timeout: '0',
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  idle_session_timeout: '0',
};

const TRANSACTION_DEFAULT = 'default_transaction_';

/** Startup options with which every connection is opened. `own`: those that the operator wrote into the URL. */
export function sessionOptions(own = ''): string {
  return [optionsOf(DEFAULTS), own, optionsOf(REQUIRED)].filter(Boolean).join(' ');
}

/**
 * How every connection is opened: pool, listener, owner and commands. Whether transactions are read-only is not set: an
 * operator, or a service whose disk is full, makes a database read-only with the setting of it.
 */
export function connectTo(url: string): Pick<pg.ClientConfig, 'connectionString' | 'keepAlive'> {
  const changed = new URL(url);
  changed.searchParams.set('options', sessionOptions(changed.searchParams.get('options') ?? ''));
  return { connectionString: changed.href, keepAlive: true };
}

/** Likewise through a pooler, which takes no startup options. */
export function connectThroughPooler(url: string): Pick<pg.ClientConfig, 'connectionString' | 'keepAlive'> {
  const changed = new URL(url);
  changed.searchParams.delete('options');
  return { connectionString: changed.href, keepAlive: true };
}

/**
 * A statement that sets what startup options would have set, for the rest of the transaction or of the session.
 * @param limits settings that outrank the others
 */
export function settingsThroughPooler(
  url: string,
  limits: Settings,
  until: 'transaction' | 'session',
): string {
  const own = readOptions(new URL(url).searchParams.get('options') ?? '');
  const all = [...Object.entries(DEFAULTS), ...own, ...Object.entries(REQUIRED), ...Object.entries(limits)];
  const calls = all.flatMap(([name, value]) => {
    // The transaction has begun with its default. It can be made read-only all the same; that it is READ COMMITTED can
    // only be checked, and whether it is deferrable is of no interest then.
    const isDefault = until === 'transaction' && name.startsWith(TRANSACTION_DEFAULT);
    const target = isDefault ? name.slice('default_'.length) : name;
    if (target === 'transaction_deferrable') return [];
    return `set_config(${pg.escapeLiteral(target)}, ${pg.escapeLiteral(value)}, ${until === 'transaction'})`;
  });
  return `SELECT ${calls.join(', ')}`;
}

function optionsOf(settings: Settings): string {
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value.replaceAll(' ', '\\ ')}`)
    .join(' ');
}

/** Reads "-c name=value" and "--name=value", as PostgreSQL does. */
function readOptions(options: string): [name: string, value: string][] {
  const words = (options.match(/(?:\\.|[^\s\\])+/g) ?? []).map((word) => word.replace(/\\(.)/g, '$1'));
  return words.flatMap((word, index) => {
    const assignment = /^(?:--|-c)(.+)/.exec(word)?.[1] ?? (words[index - 1] === '-c' ? word : '');
    const [, name = '', value] = /^([^=]+)=(.*)/s.exec(assignment) ?? [];
    return value === undefined ? [] : [[name.replaceAll('-', '_'), value]];
  });
}
