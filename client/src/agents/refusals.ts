import { GatehouseError } from '../gatehouse-error.ts';

export type Path = readonly (string | number)[];
export type Issue = { readonly path: readonly string[]; readonly message: string };

/** Collects every field that cannot be carried over, so that one refusal names them all. */
export type Refusals = {
  refuse(path: Path, message: string): undefined;
  /** Refuses each field that is set: those that a caller has, and that there is no place for. */
  refuseAll(path: Path, fields: object): void;
  /** @throws GatehouseError BAD_USER_INPUT that names each field */
  throwIfAny(): void;
};

export function createRefusals(): Refusals {
  const issues: Issue[] = [];
  const refuse = (path: Path, message: string): undefined => {
    issues.push({ path: path.map(String), message });
  };
  return {
    refuse,
    refuseAll: (path, fields) => {
      for (const [name, value] of Object.entries(fields)) {
        if (value !== undefined) refuse([...path, name], 'cannot be carried over');
      }
    },
    throwIfAny: () => {
      if (issues.length === 0) return;
      const names = issues.map(({ path }) => path.join('.')).join(', ');
      throw new GatehouseError('BAD_USER_INPUT', `These fields cannot be carried over: ${names}`, { issues });
    },
  };
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
