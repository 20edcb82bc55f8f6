import { builder } from './builder.ts';

export const ErrorInterface = builder.interfaceRef<{ readonly message: string }>('Error').implement({
  description: 'An expected outcome that is not success. The type says which; `message` is for people.',
  fields: (t) => ({ message: t.exposeString('message', { description: 'Fixed words, fit to be shown.' }) }),
});
