/** Environment of a gateway with a console. It waits long for its database, which shares a machine with a browser. */
export const CONSOLE_ENV = { GATEHOUSE_CONSOLE: 'true', GATEHOUSE_DATABASE_TIMEOUT_MS: '60000' };
