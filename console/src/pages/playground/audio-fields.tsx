import { Select } from '../../ui/select.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { choiceOf, type FormProps, fieldOf } from './form-props.ts';
import styles from './playground.module.css';

const FORMATS = [
  { value: '', label: 'Default (PCM, 24 kHz)' },
  { value: 'PCM16', label: 'PCM, 24 kHz' },
  { value: 'G711_ULAW', label: 'G.711 μ-law, 8 kHz' },
  { value: 'G711_ALAW', label: 'G.711 A-law, 8 kHz' },
];
const NOISE = [
  { value: '', label: 'Default of the provider' },
  { value: 'NEAR_FIELD', label: 'For a headset (near field)' },
  { value: 'FAR_FIELD', label: 'For a microphone in the room (far field)' },
  { value: 'OFF', label: 'None' },
];
const TRANSCRIPTION = [
  { value: '', label: 'Default of the provider' },
  { value: 'ON', label: 'On' },
  { value: 'OFF', label: 'Off' },
];

export function AudioFields({ form }: { readonly form: FormProps }) {
  return (
    <div className={styles['grid']}>
      <Select label="Input audio" options={FORMATS} {...choiceOf(form, 'inputAudioFormat')} />
      <Select label="Output audio" options={FORMATS} {...choiceOf(form, 'outputAudioFormat')} />
      <Select label="Noise reduction" options={NOISE} {...choiceOf(form, 'noiseReduction')} />
      <Select
        label="Transcription of the user"
        options={TRANSCRIPTION}
        {...choiceOf(form, 'transcription')}
      />
      {form.draft.transcription === 'ON' && (
        <>
          <TextField
            label="Transcription model"
            placeholder="gpt-4o-transcribe"
            {...fieldOf(form, 'transcriptionModel')}
          />
          <TextField
            label="Language of the speech"
            placeholder="en"
            {...fieldOf(form, 'transcriptionLanguage')}
          />
          <TextField label="Words to expect" {...fieldOf(form, 'transcriptionPrompt')} />
        </>
      )}
      <TextField
        label="Translate into"
        placeholder="es"
        hint="For a translation session only."
        {...fieldOf(form, 'outputLanguage')}
      />
    </div>
  );
}
