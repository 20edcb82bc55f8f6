// So that the package holds nothing that a source is no longer there for.
import { rmSync } from 'node:fs';
import { join } from 'node:path';

rmSync(join(import.meta.dirname, 'dist'), { recursive: true, force: true });
