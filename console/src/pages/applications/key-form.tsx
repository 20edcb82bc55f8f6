import { type FormEvent, useState } from 'react';
import type { ApiError } from '../../api/api-error.ts';
import type { Scope } from '../../gql/graphql.ts';
import { ErrorNote } from '../../ui/error-note.tsx';
import type { SecretBox } from '../../ui/secret-box.ts';
import { TextField } from '../../ui/text-field.tsx';
import { type Expiry, expiryTime } from './expiry.ts';
import { ExpiryField } from './expiry-field.tsx';
import styles from './key-form.module.css';
import { type GrantedReach, ReachField } from './reach-field.tsx';
import { ScopesField } from './scopes-field.tsx';
import { useCreateKey } from './use-create-key.ts';

const MAX_NAME = 200;

/** What a new key shall be called, what it allows, and until when. */
export function KeyForm({
  id,
  applicationId,
  onBusy,
  onCreated,
}: {
  readonly id: string;
  readonly applicationId: string;
  readonly onBusy: (busy: boolean) => void;
  readonly onCreated: (value: SecretBox) => void;
}) {
  const create = useCreateKey();
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<readonly Scope[]>([]);
  const [reach, setReach] = useState<GrantedReach>('OWN_APPLICATION');
  const [expiry, setExpiry] = useState<Expiry>({ kind: 'days', days: 90 });
  const [problems, setProblems] = useState<Readonly<Record<string, string>>>({});
  const [error, setError] = useState<ApiError>();

  async function submit(event: FormEvent) {
    event.preventDefault();
    const expiresAt = expiryTime(expiry);
    const missing = {
      ...(name.trim() === '' ? { name: 'Give it a name, e.g. where it is used.' } : {}),
      ...(expiresAt === undefined ? { expiresAt: 'Choose when it expires.' } : {}),
    };
    setProblems(missing);
    setError(undefined);
    if (expiresAt === undefined || Object.keys(missing).length > 0) return;
    onBusy(true);
    const result = await create({ applicationId, name: name.trim(), scopes, reach, expiresAt });
    onBusy(false);
    if (result.kind === 'created') onCreated(result.value);
    else if (result.kind === 'invalid') setProblems(result.problems);
    else setError(result.error);
  }

  return (
    <form id={id} className={styles['form']} onSubmit={(event) => void submit(event)}>
      <TextField
        label="Name"
        hint="Where it is used, e.g. “production, eu-west”."
        value={name}
        onChange={setName}
        error={problems['name'] ?? null}
        maxLength={MAX_NAME}
        autoComplete="off"
        autoFocus
      />
      <ScopesField value={scopes} reach={reach} onChange={setScopes} error={problems['scopes'] ?? null} />
      <ReachField value={reach} onChange={setReach} error={problems['reach'] ?? null} />
      <ExpiryField value={expiry} onChange={setExpiry} error={problems['expiresAt'] ?? null} />
      {error !== undefined && <ErrorNote error={error} />}
    </form>
  );
}
