import type { Application } from '../applications/application.ts';
import { parseName } from '../applications/parse-api-key-grant.ts';
import { ApplicationType } from './application.ts';
import { builder } from './builder.ts';
import { type InvalidInput, InvalidInputErrorType, invalidInput } from './invalid-input-error.ts';

type Success = { readonly __typename: 'CreateApplicationSuccess'; readonly application: Application };
type Result = Success | InvalidInput;

const SuccessType = builder.objectRef<Success>('CreateApplicationSuccess').implement({
  description: 'The application is registered. It can ask for nothing until it has a key.',
  fields: (t) => ({
    application: t.expose('application', { type: ApplicationType, description: 'What was registered.' }),
  }),
});

const ResultType = builder.unionType('CreateApplicationResult', {
  description: 'What createApplication comes to.',
  types: [SuccessType, InvalidInputErrorType],
  resolveType: (result) => result.__typename,
});

const CreateApplicationInput = builder.inputType('CreateApplicationInput', {
  description: 'The application to register.',
  fields: (t) => ({
    name: t.string({
      required: true,
      description: '1 to 200 characters; no two applications are called alike.',
    }),
  }),
});

builder.mutationField('createApplication', (t) =>
  t.field({
    type: ResultType,
    description:
      'Registers a caller: a backend, a dashboard, a tool. Needs APPLICATIONS_WRITE and reach EVERYTHING.',
    args: {
      input: t.arg({ type: CreateApplicationInput, required: true, description: 'What to call it.' }),
    },
    authScopes: { everywhere: 'APPLICATIONS_WRITE' },
    resolve: async (_root, { input }, { applications, actor, origin, log }): Promise<Result> => {
      const name = parseName(input.name);
      if (!name.ok) return invalidInput(name.issues);
      const application = await applications.createApplication(name.value, { actor, origin });
      const result: Result =
        application === null
          ? invalidInput([{ path: ['name'], message: 'is the name of another application' }])
          : { __typename: 'CreateApplicationSuccess', application };
      log.outcome = result.__typename;
      return result;
    },
  }),
);
