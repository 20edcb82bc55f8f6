import type pg from 'pg';

// ALTER ROLE … SET and ALTER DATABASE … SET may say otherwise; what is sent when connecting outranks both. It is sent as
// startup options, without a round trip. A pooler that refuses those needs SET after connecting: change it here.

/** What our statements, and the libraries that read their results, rely on. */
const REQUIRED: Readonly<Record<string, string>> = {
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
const DEFAULTS: Readonly<Record<string, string>> = {
  statement_timeout: '0',
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  idle_session_timeout: '0',
};

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

function optionsOf(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value.replaceAll(' ', '\\ ')}`)
    .join(' ');
}
