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
      <table className={styles['fields']}>
        <caption className={styles['hidden']}>The fields of the session</caption>
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">
              <div className={styles['both']}>
                <span>As Gatehouse answers it</span>
                <span>As the provider named it</span>
              </div>
            </th>
          </tr>
        </thead>
        <tbody>
          {sessionFieldNames.map((name) => (
            <tr key={name}>
              <th scope="row">
                <code>{name}</code>
              </th>
              <td>
                <div className={styles['both']}>
                  <Value value={values[name]} />
                  <FromProvider upstreamConfig={session.upstreamConfig} name={name} />
                </div>
              </td>
            </tr>
          ))}
          {session.outputLanguage !== null && (
            <tr>
              <th scope="row">
                <code>outputLanguage</code>
              </th>
              <td>
                <Value value={session.outputLanguage} />
              </td>
            </tr>
          )}
        </tbody>
      </table>
      {further.length > 0 && (
        <>
          <h3 className={styles['heading']}>Further fields of the provider</h3>
          <table className={styles['fields']}>
            <caption className={styles['hidden']}>Fields that only the provider has</caption>
            <tbody>
              {further.map(({ path, value }) => (
                <tr key={path}>
                  <th scope="row">
                    <code>{path}</code>
                  </th>
                  <td>
                    <Value value={value} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
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
      <span className={styles['none']}>
        {name === 'clientSecret' ? 'Returned once, to the caller. Not stored.' : 'Not in its answer'}
      </span>
    );
  return (
    <div className={styles['provider']}>
      <code className={styles['path']}>{field.path}</code>
      <Value value={field.value} />
    </div>
  );
}
