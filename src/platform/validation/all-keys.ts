/** `List` when it names every key of T; else a type that it does not fit, so that a forgotten key does not compile. */
export type AllKeys<T, List extends readonly unknown[]> = [Exclude<keyof T, List[number]>] extends [never]
  ? List
  : readonly Exclude<keyof T, List[number]>[];

/** The list as it is given: `allKeysOf<Point>()(['x', 'y'])`. Neither a forgotten key nor a foreign one compiles. */
export function allKeysOf<T>() {
  return <const List extends readonly (keyof T)[]>(list: List & AllKeys<T, List>): List => list;
}
