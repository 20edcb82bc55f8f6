import { mkdir, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { restoreLibraryLinks } from '../../../../src/platform/database/embedded/restore-library-links.ts';
import { emptyDirectory } from './setup.ts';

it('makes the links between libraries that an install without scripts left out, and can do so again', async () => {
  const folder = await emptyDirectory();
  await mkdir(join(folder, 'native/lib'), { recursive: true });
  const links = [{ source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' }];
  await writeFile(join(folder, 'native/pg-symlinks.json'), JSON.stringify(links));
  await restoreLibraryLinks(folder);
  await restoreLibraryLinks(folder);
  expect(await readlink(join(folder, 'native/lib/libpq.so.5'))).toBe('libpq.so.5.18');
});
