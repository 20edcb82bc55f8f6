import type { Application } from '../applications/application.ts';
import { parseName } from '../applications/parse-api-key-grant.ts';
import { ApplicationType } from './application.ts';
import { builder } from './builder.ts';
import { type InvalidInput, InvalidInputErrorType, invalidInput } from './invalid-input-error.ts';
import { inputArgument, logged, resultType } from './mutation.ts';

type Success = { readonly __typename: 'CreateApplicationSuccess'; readonly application: Application };
type Result = Success | InvalidInput;

const SuccessType = builder.objectRef<Success>('CreateApplicationSuccess').implement({
  description: 'The application is registered. It can do nothing until it has an API key.',
  fields: (t) => ({
    application: t.expose('application', { type: ApplicationType, description: 'The new application.' }),
  }),
});

const ResultType = resultType('CreateApplicationResult', 'The new application, or why none was registered.', [
  SuccessType,
  InvalidInputErrorType,
]);

const CreateApplicationInput = builder.inputType('CreateApplicationInput', {
  description: 'The application to register.',
  fields: (t) => ({
    name: t.string({
      required: true,
      description: 'The name, 1 to 200 characters. No two applications have the same name.',
    }),
  }),
});

builder.mutationField('createApplication', (t) =>
  t.field({
    type: ResultType,
    description:
      'Registers an application, e.g. a backend, a dashboard or a tool. Needs APPLICATIONS_WRITE and reach EVERYTHING.',
    args: inputArgument(t.arg, CreateApplicationInput, 'The application to register.'),
    authScopes: { everywhere: 'APPLICATIONS_WRITE' },
    resolve: logged(async ({ input }, { applications, actor, origin }): Promise<Result> => {
      const name = parseName(input.name);
      if (!name.ok) return invalidInput(name.issues);
      const application = await applications.createApplication(name.value, { actor, origin });
      return application === null
        ? invalidInput([{ path: ['name'], message: 'is the name of another application' }])
        : { __typename: 'CreateApplicationSuccess', application };
    }),
  }),
);
