import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

/** The file of a database function: its source of truth. */
export type FunctionFile = {
  /** From the project's folder, with slashes: src/issuing/reserve-session.sql. */
  readonly path: string;
  readonly text: string;
};

/** The functions' texts by the functions' names. A function keeps its name when its file moves. */
export type FunctionTexts = ReadonlyMap<string, FunctionFile>;

const BLOCK = /^-- begin (?<path>\S+)\n(?<text>[\s\S]*?)^-- end \k<path>$|^-- drop (?<dropped>\S+)$/gm;

/**
 * Reads the file of each function: every .sql file of src.
 * @throws Error when a file does not define the function of its name
 */
export async function readFunctionFiles(root: string): Promise<FunctionTexts> {
  const files = new Map<string, FunctionFile>();
  const names = await readdir(join(root, 'src'), { recursive: true });
  for (const name of names.filter((found) => found.endsWith('.sql')).sort()) {
    const path = `src/${name.replaceAll('\\', '/')}`;
    const text = await readFile(join(root, path), 'utf8');
    if (!new RegExp(`^CREATE OR REPLACE FUNCTION ${functionOf(path)}\\(`, 'm').test(text)) {
      throw new Error(`${path} has no line that begins: CREATE OR REPLACE FUNCTION ${functionOf(path)}(`);
    }
    if (files.has(functionOf(path))) throw new Error(`${path}: another folder has a file of this name.`);
    files.set(functionOf(path), { path, text });
  }
  return files;
}

/** Reads the functions as the migrations leave them: the last text of each that was not dropped. */
export async function readMigratedFunctions(root: string): Promise<FunctionTexts> {
  const functions = new Map<string, FunctionFile>();
  for (const name of await migrationNames(root)) {
    const script = await readFile(migrationFile(root, name), 'utf8');
    for (const { groups: { path, text, dropped } = {} } of script.matchAll(BLOCK)) {
      if (dropped !== undefined) functions.delete(functionOf(dropped));
      else if (path !== undefined && text !== undefined) functions.set(functionOf(path), { path, text });
    }
  }
  return functions;
}

/** The SQL that brings the functions of the migrations to those of the files; empty when they are equal. */
export function functionChanges(files: FunctionTexts, migrated: FunctionTexts): string[] {
  const changed = [...files].filter(([name, { text }]) => migrated.get(name)?.text !== text);
  const removed = [...migrated].filter(([name]) => !files.has(name));
  return [
    ...calleesFirst(new Map(changed)).map(([name, file]) => {
      const before = migrated.get(name);
      // CREATE OR REPLACE would leave the old function beside the new one, or refuse.
      const replaced = before !== undefined && signatureOf(before.text) !== signatureOf(file.text);
      return replaced ? `DROP FUNCTION ${name};\n${blockOf(file)}` : blockOf(file);
    }),
    ...removed.map(([name, { path }]) => `-- drop ${path}\nDROP FUNCTION ${name};\n`),
  ];
}

/** The migration with the files' texts in place of those that it contains; new functions come last. */
export function amendMigration(script: string, files: FunctionTexts, migrated: FunctionTexts): string {
  const contained = new Set<string>();
  const amended = script.replaceAll(BLOCK, (block, path: string | undefined) => {
    if (path === undefined) return block;
    contained.add(functionOf(path));
    const file = files.get(functionOf(path));
    return file === undefined ? '' : blockOf(file).trimEnd();
  });
  const rest = functionChanges(without(files, contained), without(migrated, contained));
  return `${[amended.trimEnd(), ...rest.map((change) => change.trimEnd())].join('\n\n').replaceAll(/\n{3,}/g, '\n\n')}\n`;
}

export async function migrationNames(root: string): Promise<string[]> {
  const entries = await readdir(join(root, 'prisma/migrations'), { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

export function migrationFile(root: string, name: string): string {
  return join(root, 'prisma/migrations', name, 'migration.sql');
}

function functionOf(path: string): string {
  return basename(path, '.sql').replaceAll('-', '_');
}

function blockOf({ path, text }: FunctionFile): string {
  return `-- begin ${path}\n${text.trimEnd()}\n-- end ${path}\n`;
}

function without(functions: FunctionTexts, names: ReadonlySet<string>): FunctionTexts {
  return new Map([...functions].filter(([name]) => !names.has(name)));
}

/** Arguments and result, as PostgreSQL compares them for CREATE OR REPLACE. */
function signatureOf(text: string): string {
  const code = text.replaceAll(/^\s*--.*$/gm, '');
  return code.slice(code.indexOf('('), code.search(/^LANGUAGE\b|\sLANGUAGE\b/m)).replaceAll(/\s+/g, ' ');
}

/** PostgreSQL looks up what a function in SQL calls when it creates the function. */
function calleesFirst(functions: FunctionTexts): [string, FunctionFile][] {
  const ordered = new Map<string, FunctionFile>();
  const add = (name: string, file: FunctionFile, callers: readonly string[]) => {
    if (ordered.has(name) || callers.includes(name)) return;
    for (const [callee, calleeFile] of functions) {
      if (new RegExp(`\\b${callee}\\(`).test(file.text)) add(callee, calleeFile, [...callers, name]);
    }
    ordered.set(name, file);
  };
  for (const [name, file] of functions) add(name, file, []);
  return [...ordered];
}
