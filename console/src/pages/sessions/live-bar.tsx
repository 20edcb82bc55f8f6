import type { StreamState } from '../../api/follow.ts';
import { Button } from '../../ui/button.tsx';
import { formatCount } from '../../ui/count.tsx';
import { StreamStatus } from '../../ui/stream-status.tsx';
import styles from './sessions.module.css';

type Props = {
  readonly stream: StreamState;
  readonly paused: boolean;
  readonly onPause: (paused: boolean) => void;
  /** How many new sessions wait to be shown. */
  readonly waiting: number;
  readonly onShow: () => void;
};

/** Whether new sessions come in by themselves, and those that wait. */
export function LiveBar({ stream, paused, onPause, waiting, onShow }: Props) {
  const state = stream !== 'live' ? stream : paused ? 'paused' : 'live';
  return (
    <div className={styles['live']}>
      <span aria-live="polite">
        {waiting > 0 && (
          <Button size="small" variant="primary" onClick={onShow}>
            {formatCount(waiting)} new
          </Button>
        )}
      </span>
      <StreamStatus state={state} />
      <Button size="small" onClick={() => onPause(!paused)}>
        {paused ? 'Resume' : 'Pause'}
      </Button>
    </div>
  );
}
