import { useApiQuery } from '../../api/use-api-query.ts';
import { useViewer } from '../../auth/viewer.ts';
import { graphql } from '../../gql/index.ts';
import { Select } from '../../ui/select.tsx';
import { SuggestField } from '../../ui/suggest-field.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { choiceOf, type FormProps, fieldOf } from './form-props.ts';

const MODELS = graphql(/* GraphQL */ `
  query PlaygroundModels {
    gateway {
      pricedModels
      providers {
        name
        isDefault
        isSandbox
      }
    }
  }
`);

/** The model and the provider. Which there are only callers are told who see all of the gateway. */
export function ModelFields({ form }: { readonly form: FormProps }) {
  const { kind, reach } = useViewer();
  const { data } = useApiQuery(MODELS, {}, { pause: kind !== 'OPERATOR' && reach !== 'EVERYTHING' });
  const { pricedModels = [], providers } = data?.gateway ?? {};
  return (
    <>
      <SuggestField
        label="Model"
        placeholder="gpt-realtime"
        suggestions={pricedModels}
        {...fieldOf(form, 'model')}
      />
      {providers === undefined ? (
        <TextField label="Provider" autoComplete="off" {...fieldOf(form, 'provider')} />
      ) : (
        <Select
          label="Provider"
          options={[
            { value: '', label: 'Default' },
            ...providers.map(({ name, isDefault, isSandbox }) => ({
              value: name,
              label: `${name}${isDefault ? ' (default)' : ''}${isSandbox && name !== 'sandbox' ? ' (sandbox)' : ''}`,
            })),
          ]}
          {...choiceOf(form, 'provider')}
        />
      )}
    </>
  );
}
