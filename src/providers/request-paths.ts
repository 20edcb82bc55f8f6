import type { ExtraField } from './extra-fields.ts';
import type { AnswerPaths, Path } from './read-answer.ts';

/** Where a dialect's request has what, so that a complaint of upstream's finds its field of our input. */
export type RequestPaths = {
  readonly expiresAfterSeconds: Path;
  /** The fields of the session, below it: where answers have them, too. */
  readonly fields: AnswerPaths['fields'];
  /** The fields of `extra` that are written elsewhere than at the top of the session. */
  readonly extra: { readonly [F in ExtraField]?: Path };
};
