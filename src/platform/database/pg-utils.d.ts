// Has no types of its own.
declare module 'pg/lib/utils.js' {
  const utils: {
    /** The parameter of a statement as it is sent. @throws TypeError */
    readonly prepareValue: (value: unknown) => string | Buffer | null;
  };
  export = utils;
}
