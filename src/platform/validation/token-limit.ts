export type TokenLimit = number | 'inf';
