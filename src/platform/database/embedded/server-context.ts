import type { ServerUser } from './choose-server-user.ts';
import type { PostgresBinaries } from './locate-binaries.ts';
import type { DataPaths } from './prepare-data-directory.ts';

/** The part of a pino logger that is used here. Fields are codes, kinds and numbers, never a password. */
export type EmbeddedPostgresLog = {
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
};

/** What stays the same from one start of a server to the next. */
export type ServerContext = {
  readonly paths: DataPaths;
  readonly binaries: PostgresBinaries;
  /** Undefined: the server runs as the gateway's own user. */
  readonly user: ServerUser | undefined;
  readonly password: string;
  /** PostgreSQL settings that win over Gatehouse's own. */
  readonly settings: Readonly<Record<string, string>>;
  readonly log: EmbeddedPostgresLog;
};
