/** Joins a path as OpenAI writes it: session.tools[0].name */
export function joinPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (before, part) =>
      typeof part === 'number'
        ? `${before}[${part}]`
        : before === ''
          ? String(part)
          : `${before}.${String(part)}`,
    '',
  );
}

/** The names and indexes of a path: of session.tools[0].name, and of session.tools.0.name. */
export function splitPath(path: string): string[] {
  return path.replaceAll(']', '').split(/[.[]/);
}
