import { resolve } from 'node:path';

/** A number of the command line. @throws TypeError that names the option when it is none, or less than `least` */
export function readNumber(value: string, option: string, least: number): number {
  const read = value.trim() === '' ? Number.NaN : Number(value);
  if (!(read >= least))
    throw new TypeError(`${option} must be a number of at least ${least}, not "${value}"`);
  return read;
}

/** A whole number of the command line. @throws TypeError that names the option when it is none, or less than `least` */
export function readWhole(value: string, option: string, least: number): number {
  const read = value.trim() === '' ? Number.NaN : Number(value);
  if (!Number.isSafeInteger(read) || read < least)
    throw new TypeError(`${option} must be a whole number of at least ${least}, not "${value}"`);
  return read;
}

/** Numbers, separated by commas. @throws TypeError as readNumber does */
export function readNumbers(values: string, option: string, least: number): number[] {
  return values.split(',').map((value) => readNumber(value, option, least));
}

/** A folder, absolute; undefined when the option is not given. */
export function readFolder(value: string | undefined): string | undefined {
  return value === undefined ? undefined : resolve(value);
}

/** Names, separated by commas, in the order of `all` and each once. @throws TypeError that names the option when one is unknown */
export function readNames<T extends string>(value: string, option: string, all: readonly T[]): T[] {
  const names = value.split(',');
  const unknown = names.find((name) => !all.some((one) => one === name));
  if (unknown !== undefined) throw new TypeError(`${option} is of ${all.join(', ')}, not "${unknown}"`);
  return all.filter((name) => names.includes(name));
}

/** The options of a benchmark that measures several cases in rounds, for parseArgs. */
export const ROUND_OPTIONS = {
  rounds: { type: 'string', default: '9' },
  'warm-up': { type: 'string', default: '2' },
  only: { type: 'string', default: '' },
} as const;

export type Rounds = { readonly rounds: number; readonly warmUp: number; readonly only: string };

/** What ROUND_OPTIONS came to. @throws TypeError when a number is none, or no case has `only` in its name */
export function readRounds(
  values: Readonly<Record<keyof typeof ROUND_OPTIONS, string>>,
  cases: readonly { readonly name: string }[],
): Rounds {
  if (!cases.some(({ name }) => name.includes(values.only)))
    throw new TypeError(`--only is in the name of none of: ${cases.map(({ name }) => name).join('; ')}`);
  return {
    rounds: readWhole(values.rounds, '--rounds', 1),
    warmUp: readWhole(values['warm-up'], '--warm-up', 0),
    only: values.only,
  };
}
