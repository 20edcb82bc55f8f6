import type { SessionFieldsFragment } from '../../gql/graphql.ts';
import styles from './fields.module.css';
import { furtherFields, providerField, type SessionFieldName, sessionFieldNames } from './provider-fields.ts';
import { namedFields } from './session-fields.ts';
import { Value } from './value.tsx';

/** The sixteen fields of the session, as the API names and answers them, and as the provider did. */
export function Fields({ session }: { readonly session: SessionFieldsFragment }) {
  const values = namedFields(session);
  const further = furtherFields(session.upstreamConfig);
  return (
    <>
      {session.upstreamConfig === null && (
        <p className={styles['note']}>
          The provider has sent no session. Shown is what was asked for, with the defaults of the gateway.
        </p>
      )}
      <div className={styles['heads']} aria-hidden="true">
        <span>Field</span>
        <span>As Gatehouse answers it</span>
        <span>As the provider named it</span>
      </div>
      <dl className={styles['fields']}>
        {sessionFieldNames.map((name) => (
          <div key={name} className={styles['field']}>
            <dt>
              <code>{name}</code>
            </dt>
            <dd>
              <Value value={values[name]} />
            </dd>
            <FromProvider upstreamConfig={session.upstreamConfig} name={name} />
          </div>
        ))}
        {session.outputLanguage !== null && <Field name="outputLanguage" value={session.outputLanguage} />}
      </dl>
      {further.length > 0 && (
        <>
          <h2 className={styles['heading']}>Further fields of the provider</h2>
          <dl className={styles['fields']}>
            {further.map(({ path, value }) => (
              <Field key={path} name={path} value={value} />
            ))}
          </dl>
        </>
      )}
    </>
  );
}

type FromProviderProps = { readonly upstreamConfig: unknown; readonly name: SessionFieldName };

function FromProvider({ upstreamConfig, name }: FromProviderProps) {
  if (upstreamConfig === null) return null;
  const field = providerField(upstreamConfig, name);
  if (field === null)
    return (
      <dd className={styles['none']}>
        {name === 'clientSecret' ? 'Returned once, to the caller, and not stored' : 'Not in its answer'}
      </dd>
    );
  return (
    <dd>
      <code className={styles['path']}>{field.path}</code>
      <Value value={field.value} />
    </dd>
  );
}

function Field({ name, value }: { readonly name: string; readonly value: unknown }) {
  return (
    <div className={styles['field']}>
      <dt>
        <code>{name}</code>
      </dt>
      <dd>
        <Value value={value} />
      </dd>
    </div>
  );
}
