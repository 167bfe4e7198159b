/**
 * Bundles lib/ into the prebuilt labextension (package.json: jupyterlab.outputDir) with @jupyter/builder.
 * The builder is called with plain node and with the metadata that npm installed beside it, so a build
 * needs neither Python nor the network. Arguments (--development, --source-map) are passed through.
 * install.json goes beside the bundle, so that a symlink to it is a complete installation; the builder's
 * log names folders of this machine and stays out of the wheel.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const fromRoot = createRequire(path.join(root, 'package.json'));
const builder = path.dirname(fromRoot.resolve('@jupyter/builder/package.json'));
const fromBuilder = createRequire(path.join(builder, 'package.json'));
const coreMeta = path.dirname(fromBuilder.resolve('@jupyterlab/core-meta/package.json'));

const build = spawnSync(
  process.execPath,
  [
    path.join(builder, 'lib', 'build-labextension.js'),
    '--core-package-file',
    path.join(coreMeta, 'core.package.json'),
    ...process.argv.slice(2),
    root
  ],
  { stdio: 'inherit', cwd: root }
);
if (build.status !== 0) {
  process.exit(build.status ?? 1);
}

const { outputDir } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')).jupyterlab;
copyFileSync(path.join(root, 'install.json'), path.join(root, outputDir, 'install.json'));
rmSync(path.join(root, outputDir, 'build_log.json'), { force: true });
