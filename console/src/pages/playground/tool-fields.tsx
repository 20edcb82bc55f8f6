import { Select } from '../../ui/select.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { choiceOf, type FormProps, fieldOf } from './form-props.ts';
import styles from './playground.module.css';

const CHOICES = [
  { value: '', label: 'Default (auto)' },
  { value: 'AUTO', label: 'Auto: the model decides' },
  { value: 'NONE', label: 'None' },
  { value: 'REQUIRED', label: 'At least one' },
  { value: 'FUNCTION', label: 'This function' },
  { value: 'MCP', label: 'A tool of this MCP server' },
];

export function ToolFields({ form }: { readonly form: FormProps }) {
  const { toolChoice } = form.draft;
  return (
    <>
      <TextField
        label="Tools (JSON)"
        rows={4}
        mono
        placeholder='[{ "function": { "name": "get_weather" } }]'
        hint="A list of ToolInput. Authorizations of MCP servers are sent, and left out of the code that is copied."
        {...fieldOf(form, 'tools')}
      />
      <div className={styles['grid']}>
        <Select label="Must the model call a tool?" options={CHOICES} {...choiceOf(form, 'toolChoice')} />
        {(toolChoice === 'FUNCTION' || toolChoice === 'MCP') && (
          <TextField label="Name of the tool" {...fieldOf(form, 'toolName')} />
        )}
        {toolChoice === 'MCP' && (
          <TextField label="Label of the MCP server" {...fieldOf(form, 'toolServer')} />
        )}
        <TextField
          label="Idempotency key"
          hint="The same key never mints a second secret."
          {...fieldOf(form, 'idempotencyKey')}
        />
      </div>
      <TextField
        label="Labels"
        rows={2}
        mono
        placeholder="team=support"
        hint="key=value, a line each."
        {...fieldOf(form, 'labels')}
      />
      <TextField
        label="Further fields of the provider (JSON)"
        rows={2}
        mono
        placeholder='{ "speed": 1.2 }'
        {...fieldOf(form, 'extra')}
      />
    </>
  );
}
