import { useEffect, useRef, useState } from 'react';
import { Button } from '../../ui/button.tsx';
import type { SecretBox } from '../../ui/secret-box.ts';
import { TextField } from '../../ui/text-field.tsx';
import { type Call, type CallState, openCall } from './calls.ts';
import { useCallsUrl } from './calls-url.ts';
import type { MintedSession } from './mint.ts';
import styles from './playground.module.css';

type Props = {
  readonly session: MintedSession;
  /** Null: it is a DIRECT session. */
  readonly callUrl: string | null;
  readonly secret: SecretBox;
  readonly isHidden: boolean;
};

/** Connects this browser with the session, where its provider allows that. */
export function Connect({ session, callUrl, secret, isHidden }: Props) {
  const url = useCallsUrl(session, callUrl);
  if (callUrl === null && session.provider === 'sandbox')
    return (
      <p className={styles['hint']}>
        It is a secret of the sandbox, which opens nothing. Mint a brokered session, and the sandbox holds a
        call.
      </p>
    );
  if (url === null)
    return <p className={styles['hint']}>The console cannot connect to {session.provider} from a browser.</p>;
  return <Connection url={url} secret={secret} isHidden={isHidden} opensOnce={callUrl !== null} />;
}

const WORDS: { readonly [K in CallState]: string } = {
  asking: 'Waiting for the microphone: the browser asks whether this page may use it.',
  calling: 'Calling …',
  connecting: 'Answered. Connecting …',
  connected: 'Connected.',
  ended: 'Not connected.',
};

type ConnectionProps = Omit<Props, 'session' | 'callUrl'> & {
  readonly url: string;
  /** Whether the secret is used up by the first call. */
  readonly opensOnce: boolean;
};

function Connection({ url, secret, isHidden, opensOnce }: ConnectionProps) {
  const [state, setState] = useState<CallState>('ended');
  const [isUsedUp, setIsUsedUp] = useState(false);
  const [withMicrophone, setWithMicrophone] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [events, setEvents] = useState<readonly string[]>([]);
  const [text, setText] = useState('');
  const call = useRef<Call | null>(null);
  useEffect(() => () => call.current?.close(), []);

  function connect(microphone: boolean) {
    const value = secret.read();
    if (value === null || state !== 'ended') return;
    setWithMicrophone(microphone);
    setProblem(null);
    setEvents([]);
    call.current = openCall(url, value, {
      microphone,
      opener: opensOnce ? 'gateway' : 'provider',
      onState: (next) => {
        setState(next);
        if (next === 'connecting') setIsUsedUp(opensOnce);
      },
      onEvent: (event) => setEvents((all) => [...all.slice(-49), event]),
      onProblem: setProblem,
    });
  }

  function send() {
    call.current?.say(text);
    setText('');
  }

  return (
    <section aria-label="Connection" className={styles['connection']}>
      <p role="status">
        {WORDS[state]}
        {state === 'connected' && (withMicrophone ? ' The microphone is on.' : ' The microphone is off.')}
      </p>
      {problem !== null && (
        <p role="alert" className={styles['problem']}>
          {problem}
        </p>
      )}
      {state === 'connected' && (
        <form
          className={styles['say']}
          onSubmit={(event) => {
            event.preventDefault();
            if (text.trim() !== '') send();
          }}
        >
          <TextField label="Say something in writing" value={text} onChange={setText} autoComplete="off" />
          <Button type="submit" disabled={text.trim() === ''}>
            Send
          </Button>
        </form>
      )}
      {state === 'ended' ? (
        <div className={styles['submit']}>
          <Button disabled={isHidden || isUsedUp} onClick={() => connect(true)}>
            Connect with the microphone
          </Button>
          <Button disabled={isHidden || isUsedUp} onClick={() => connect(false)}>
            Connect and listen only
          </Button>
          {isUsedUp && (
            <p className={styles['hint']}>
              The secret opened its one call. Mint another session to connect again.
            </p>
          )}
          {isHidden && !isUsedUp && (
            <p className={styles['hint']}>The secret is hidden. Mint another session to connect.</p>
          )}
        </div>
      ) : (
        <div>
          <Button variant="danger" onClick={() => call.current?.close()}>
            {state === 'connected' ? 'Hang up' : 'Cancel'}
          </Button>
        </div>
      )}
      {events.length > 0 && (
        <ol className={styles['events']} aria-label="Events">
          {events.map((event, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: they are only appended
            <li key={index}>{event}</li>
          ))}
        </ol>
      )}
    </section>
  );
}
