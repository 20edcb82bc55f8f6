export * from './generated/scalars.ts';
