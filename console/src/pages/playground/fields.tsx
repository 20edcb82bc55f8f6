import { useViewer } from '../../auth/viewer.ts';
import { Select } from '../../ui/select.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { AudioFields } from './audio-fields.tsx';
import { choiceOf, type FormProps, fieldOf } from './form-props.ts';
import { ModelFields } from './model-fields.tsx';
import styles from './playground.module.css';
import { ToolFields } from './tool-fields.tsx';
import { TurnFields } from './turn-fields.tsx';

const TYPES = [
  { value: '', label: 'Default (conversation)' },
  { value: 'REALTIME', label: 'Conversation' },
  { value: 'TRANSCRIPTION', label: 'Transcription' },
  { value: 'TRANSLATION', label: 'Translation' },
];

const CONNECTIONS = [
  { value: '', label: 'Default (direct)' },
  { value: 'DIRECT', label: 'Direct, with the provider’s secret' },
  { value: 'BROKERED', label: 'Brokered, through Gatehouse' },
];

/** All that CreateRealtimeSessionInput has. What is left empty is not sent. */
export function Fields({ form }: { readonly form: FormProps }) {
  const { kind } = useViewer();
  return (
    <>
      <div className={styles['grid']}>
        <TextField
          label="External user id"
          required={kind !== 'USER'}
          autoComplete="off"
          hint={kind === 'USER' ? 'Left empty, it is you.' : 'As your application knows the user.'}
          {...fieldOf(form, 'externalUserId')}
        />
        <Select label="Type" options={TYPES} {...choiceOf(form, 'type')} />
        <ModelFields form={form} />
        <TextField label="Voice" placeholder="marin" {...fieldOf(form, 'voice')} />
        <TextField
          label="Secret expires after (seconds)"
          placeholder="600"
          {...fieldOf(form, 'expiresAfterSeconds')}
        />
        <Select
          label="Connection"
          options={CONNECTIONS}
          hint="Of a brokered session Gatehouse opens the one call, records what it uses, and ends it."
          {...choiceOf(form, 'connection')}
        />
        {form.draft.connection === 'BROKERED' && (
          <>
            <TextField
              label="Longest call (seconds)"
              placeholder="as the policy allows"
              {...fieldOf(form, 'maxCallSeconds')}
            />
            <TextField
              label="Ends when nobody spoke for (seconds)"
              placeholder="as configured"
              hint="0: never."
              {...fieldOf(form, 'idleSeconds')}
            />
          </>
        )}
      </div>
      <TextField label="Instructions" rows={4} {...fieldOf(form, 'instructions')} />
      <details className={styles['more']}>
        <summary>Audio and transcription</summary>
        <AudioFields form={form} />
      </details>
      <details className={styles['more']}>
        <summary>Turns and answers</summary>
        <TurnFields form={form} />
      </details>
      <details className={styles['more']}>
        <summary>Tools, labels and the rest</summary>
        <ToolFields form={form} />
      </details>
    </>
  );
}
