import { builder } from './builder.ts';

export const ErrorInterface = builder.interfaceRef<{ readonly message: string }>('Error').implement({
  description: 'An expected outcome that is not success. Its type says which one; `message` is for people.',
  fields: (t) => ({
    message: t.exposeString('message', { description: 'A fixed text that may be shown to the user.' }),
  }),
});
