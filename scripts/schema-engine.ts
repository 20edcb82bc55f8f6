import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PrismaPg } from '@prisma/adapter-pg';
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils';
import type { MigrationList, SchemaEngine, SchemaFilter } from '@prisma/schema-engine-wasm';

type Bindings = {
  readonly SchemaEngine: typeof SchemaEngine;
  __wbg_set_wasm(exports: WebAssembly.Exports): void;
};

export const SCHEMA = join(import.meta.dirname, '../prisma/schema.prisma');
export const MIGRATIONS = join(import.meta.dirname, '../prisma/migrations');

/** The engine sees everything: whatever is in the schema `public` has to be in Prisma's schema. */
export const NOTHING_FILTERED: SchemaFilter = { externalTables: [], externalEnums: [] };

let loaded: Promise<Bindings> | undefined;

/**
 * Opens Prisma's schema engine on a database, passes it to `work`, and closes its connections. It is the engine
 * behind `prisma migrate`, as WebAssembly: the command line would download a native one.
 * @param schema path of schema.prisma
 */
export async function withSchemaEngine<T>(
  url: string,
  work: (engine: SchemaEngine) => Promise<T>,
  schema: string = SCHEMA,
): Promise<T> {
  loaded ??= load();
  const bindings = await loaded;
  const datamodel = await readFile(schema, 'utf8');
  const opened: SqlDriverAdapter[] = [];
  const factory = bindMigrationAwareSqlAdapterFactory(adapterFactory(url, opened));
  const engine = await bindings.SchemaEngine.new(
    { datamodels: [[schema, datamodel]] },
    // Its log: a greeting, and errors that it throws as well.
    () => {},
    factory,
  );
  try {
    return await work(engine);
  } finally {
    engine.free();
    await Promise.all(opened.map((adapter) => adapter.dispose()));
  }
}

/** The changes that bring a database to schema.prisma, as text or as SQL; exit code 2 when there are any. */
export async function diffWithSchema(
  url: string,
  { script, schema = SCHEMA }: { readonly script: boolean; readonly schema?: string },
): Promise<{ exitCode: number; stdout: string | null }> {
  const files = [{ path: schema, content: await readFile(schema, 'utf8') }];
  const diff = (engine: SchemaEngine) =>
    engine.diff({
      from: { tag: 'schemaDatasource', files, configDir: '' },
      to: { tag: 'schemaDatamodel', files },
      script,
      exitCode: true,
      filters: NOTHING_FILTERED,
    });
  return withSchemaEngine(url, diff, schema);
}

/** The migrations of a folder as the engine takes them. */
export async function readMigrations(directory: string): Promise<MigrationList> {
  const entries = await readdir(directory, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return {
    baseDir: directory,
    lockfile: {
      path: 'migration_lock.toml',
      content: await readFile(join(directory, 'migration_lock.toml'), 'utf8'),
    },
    shadowDbInitScript: '',
    migrationDirectories: await Promise.all(
      names.sort().map(async (name) => ({
        path: name,
        migrationFile: {
          path: 'migration.sql',
          content: {
            tag: 'ok' as const,
            value: await readFile(join(directory, name, 'migration.sql'), 'utf8'),
          },
        },
      })),
    ),
  };
}

// The package's only entry is for bundlers, which import .wasm themselves; this does by hand what they make of it.
async function load(): Promise<Bindings> {
  const folder = dirname(createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm'));
  const name = 'schema_engine_bg';
  // What a panic says; without somewhere to say it, it would end as a TypeError about this very name.
  Object.assign(globalThis, {
    PRISMA_WASM_PANIC_REGISTRY: {
      set_message(message: string) {
        throw new Error(`The schema engine panicked: ${message}`);
      },
    },
  });
  const bindings = await import(pathToFileURL(join(folder, `${name}.js`)).href);
  const { instance } = await WebAssembly.instantiate(await readFile(join(folder, `${name}.wasm`)), {
    [`./${name}.js`]: bindings,
  });
  bindings.__wbg_set_wasm(instance.exports);
  const { __wbindgen_start: start } = instance.exports;
  if (typeof start !== 'function') throw new Error('the schema engine has no __wbindgen_start');
  start();
  return bindings;
}

function adapterFactory(url: string, opened: SqlDriverAdapter[]): SqlMigrationAwareDriverAdapterFactory {
  const factory = new PrismaPg({ connectionString: url });
  const connect = factory.connect.bind(factory);
  factory.connect = async () => {
    const adapter = await connect();
    opened.push(adapter);
    return Object.assign(adapter, {
      queryRaw: readingCatalogChars(adapter),
      // As the native engine does. The adapter's own cuts a script at each semicolon, within functions too.
      async executeScript(script: string) {
        await adapter.underlyingDriver().query(script);
      },
    });
  };
  return factory;
}

// The catalog's one-byte type "char" (18) is unknown to @prisma/adapter-pg 7.10, and the engine reads it when it
// describes constraints. An update that changes these queries fails loudly: the adapter refuses the type.
const CATALOG_CHARS = /\b(?:con|constr)\.(?:contype|confdeltype|confupdtype)\b/g;
const CATALOG_CHAR_COLUMNS = ['constraint_type', 'confdeltype', 'confupdtype'];

function readingCatalogChars(adapter: SqlDriverAdapter): SqlDriverAdapter['queryRaw'] {
  const queryRaw = adapter.queryRaw.bind(adapter);
  return async (query) => {
    const sql = query.sql.replaceAll(CATALOG_CHARS, '$&::text');
    const result = await queryRaw({ ...query, sql });
    if (sql === query.sql) return result;
    const columnTypes = result.columnTypes.map((type, index) =>
      CATALOG_CHAR_COLUMNS.includes(result.columnNames[index] ?? '') ? ColumnTypeEnum.Character : type,
    );
    return { ...result, columnTypes };
  };
}
