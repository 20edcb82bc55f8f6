import type { ErrorCode } from '../../graphql/errors.ts';

/** The answer to a request that does not reach GraphQL. */
export type Refusal = {
  readonly kind: 'refused';
  readonly status: number;
  readonly code: ErrorCode;
  readonly message: string;
  readonly headers: Readonly<Record<string, string>>;
};

export function refuse(
  status: number,
  message: string,
  { code = 'BAD_USER_INPUT', headers = {} }: Partial<Pick<Refusal, 'code' | 'headers'>> = {},
): Refusal {
  return { kind: 'refused', status, code, message, headers };
}
