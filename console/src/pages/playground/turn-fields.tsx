import { Select } from '../../ui/select.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { choiceOf, type FormProps, fieldOf } from './form-props.ts';
import styles from './playground.module.css';

const TURNS = [
  { value: '', label: 'Default of the provider' },
  { value: 'SERVER', label: 'By volume and silence' },
  { value: 'SEMANTIC', label: 'By what is said' },
  { value: 'OFF', label: 'None: the client decides' },
];
const EAGERNESS = [
  { value: '', label: 'Default' },
  { value: 'LOW', label: 'Low: waits longest' },
  { value: 'MEDIUM', label: 'Medium' },
  { value: 'HIGH', label: 'High: answers quickly' },
  { value: 'AUTO', label: 'Auto' },
];
const MODALITIES = [
  { value: '', label: 'Default of the provider' },
  { value: 'AUDIO', label: 'Audio' },
  { value: 'TEXT', label: 'Text' },
  { value: 'BOTH', label: 'Text and audio' },
];

export function TurnFields({ form }: { readonly form: FormProps }) {
  const { turnDetection } = form.draft;
  return (
    <div className={styles['grid']}>
      <Select label="End of a turn" options={TURNS} {...choiceOf(form, 'turnDetection')} />
      {turnDetection === 'SEMANTIC' && (
        <Select label="Eagerness" options={EAGERNESS} {...choiceOf(form, 'eagerness')} />
      )}
      {turnDetection === 'SERVER' && (
        <>
          <TextField label="Threshold (0 to 1)" placeholder="0.5" {...fieldOf(form, 'threshold')} />
          <TextField
            label="Silence (milliseconds)"
            placeholder="500"
            {...fieldOf(form, 'silenceDurationMs')}
          />
        </>
      )}
      <Select label="Output" options={MODALITIES} {...choiceOf(form, 'modalities')} />
      <TextField
        label="Most output tokens of a response"
        placeholder="inf"
        {...fieldOf(form, 'maxResponseOutputTokens')}
      />
      <TextField
        label="Temperature"
        placeholder="0.8"
        hint="0.6 to 1.2, for dialects that have one."
        {...fieldOf(form, 'temperature')}
      />
    </div>
  );
}
