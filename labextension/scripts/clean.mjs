/** Removes everything a build makes, so that a release never packages a development build. */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

for (const built of [
  'lib',
  'tsconfig.tsbuildinfo',
  'tsconfig.build.tsbuildinfo',
  '../nbflow/labextension',
  '../nbflow/widgets/static'
]) {
  rmSync(path.join(root, built), { recursive: true, force: true });
}
