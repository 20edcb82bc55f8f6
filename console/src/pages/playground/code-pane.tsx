import { useNavigate, useSearch } from '@tanstack/react-router';
import type { CreateRealtimeSessionInput } from '../../gql/graphql.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { MINT } from './mint.ts';
import styles from './playground.module.css';
import { type Request, writeCurl, writeTypeScript, writeVariables } from './write-code.ts';

/** The request of the form, to be copied: as it is sent, for a shell, and for a program. */
export function CodePane({ input }: { readonly input: CreateRealtimeSessionInput }) {
  const { code = 'graphql' } = useSearch({ from: '/playground' });
  const navigate = useNavigate({ from: '/playground' });
  const request: Request = {
    url: new URL('/graphql', window.location.href).href,
    document: MINT.toString().trim(),
    input,
  };
  return (
    <section aria-label="Code" className={styles['code']}>
      <h2>The same as code</h2>
      <Tabs
        label="Language"
        active={code}
        onChange={(next) => void navigate({ search: (search) => ({ ...search, code: next }), replace: true })}
        tabs={[
          {
            id: 'graphql',
            label: 'GraphQL',
            content: (
              <>
                <Listing name="variables" text={writeVariables(request)} />
                <Listing name="document" text={request.document} />
              </>
            ),
          },
          {
            id: 'curl',
            label: 'curl',
            content: <Listing name="curl" text={writeCurl(request)} note={KEY} />,
          },
          {
            id: 'typescript',
            label: 'TypeScript',
            content: <Listing name="TypeScript" text={writeTypeScript(request)} note={KEY} />,
          },
        ]}
      />
    </section>
  );
}

const KEY = 'It reads your credential from the environment variable KEY, and does not contain it.';

function Listing({
  name,
  text,
  note,
}: {
  readonly name: string;
  readonly text: string;
  readonly note?: string;
}) {
  return (
    <figure className={styles['listing']} aria-label={name}>
      <figcaption className={styles['caption']}>
        <span>{note ?? (name === 'document' ? 'Document' : 'Variables')}</span>
        <CopyButton text={text} label={`Copy ${name}`} />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <pre className={styles['text']} tabIndex={0}>
        {text}
      </pre>
    </figure>
  );
}
