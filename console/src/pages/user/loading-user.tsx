import { PageHeader } from '../../ui/page-header.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { Section } from './section.tsx';
import styles from './user-view.module.css';

/** Keeps the places of a user's page while its answer is on the way. */
export function LoadingUser() {
  return (
    <div aria-busy="true">
      <PageHeader title="User" description={<Skeleton width="24em" />} />
      <div className={styles['sections']}>
        <Section title="Limits">
          <Skeleton width="100%" height="12em" />
        </Section>
      </div>
    </div>
  );
}
