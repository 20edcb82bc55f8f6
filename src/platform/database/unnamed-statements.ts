import type pg from 'pg';

/** Sends the statements of a connection without their names, so that the server prepares none: a pooler would lose them. */
export function leaveOutNames(client: pg.Client): void {
  client.query = new Proxy(client.query, {
    apply: (query, self, [statement, ...rest]: readonly unknown[]) =>
      Reflect.apply(query, self, [withoutName(statement), ...rest]),
  });
}

function withoutName(statement: unknown): unknown {
  const isNamed = typeof statement === 'object' && statement !== null && 'name' in statement;
  return isNamed ? { ...statement, name: undefined } : statement;
}
