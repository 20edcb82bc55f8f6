import { useEffect, useRef, useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { type Call, openCall } from './calls.ts';
import { useCallsUrl } from './calls-url.ts';
import type { Success } from './mint.ts';
import styles from './playground.module.css';

type Session = NonNullable<Success['session']>;

/** Connects this browser with the session, where its provider allows that. */
export function Connect({ session, secret }: { readonly session: Session; readonly secret: string | null }) {
  const url = useCallsUrl(session);
  if (session.provider === 'sandbox')
    return (
      <p className={styles['hint']}>
        It is a secret of the sandbox: it opens nothing, so there is nothing to connect to.
      </p>
    );
  if (url === null)
    return <p className={styles['hint']}>The console cannot connect to {session.provider} from a browser.</p>;
  return <Connection url={url} secret={secret} />;
}

function Connection({ url, secret }: { readonly url: string; readonly secret: string | null }) {
  const [state, setState] = useState<'idle' | 'connecting' | 'connected'>('idle');
  const [events, setEvents] = useState<readonly string[]>([]);
  const [text, setText] = useState('');
  const call = useRef<Call | null>(null);
  const isGone = useRef(false);
  useEffect(() => {
    isGone.current = false;
    return () => {
      isGone.current = true;
      call.current?.close();
    };
  }, []);
  const note = (event: string) => setEvents((all) => [...all.slice(-49), event]);

  async function connect(microphone: boolean) {
    if (secret === null) return;
    setState('connecting');
    try {
      const opened = await openCall(url, secret, {
        microphone,
        onEvent: note,
        onEnd: () => setState('idle'),
      });
      if (isGone.current) return opened.close();
      call.current = opened;
      setState('connected');
    } catch (error) {
      note(error instanceof Error ? error.message : 'It could not be connected.');
    }
  }

  return (
    <section aria-label="Connection" className={styles['connection']}>
      {state === 'connected' ? (
        <>
          <TextField label="Say something in writing" value={text} onChange={setText} />
          <Button onClick={() => call.current?.say(text)}>Send</Button>
          <Button variant="danger" onClick={() => call.current?.close()}>
            Hang up
          </Button>
        </>
      ) : (
        <>
          <Button busy={state === 'connecting'} disabled={secret === null} onClick={() => void connect(true)}>
            Connect with the microphone
          </Button>
          <Button
            busy={state === 'connecting'}
            disabled={secret === null}
            onClick={() => void connect(false)}
          >
            Connect and listen only
          </Button>
          {secret === null && (
            <p className={styles['hint']}>The secret is hidden. Mint another session to connect.</p>
          )}
        </>
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
