/**
 * node .ci/unpack-chromium.mjs PACKAGE FOLDER: unpacks the Chromium inside the npm package
 * @sparticuz/chromium and writes FOLDER/chromium, which starts it. Libraries and fonts that the package
 * carries are used only where the machine has none of its own.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { brotliDecompressSync } from 'node:zlib';

const [packageFolder, folder] = process.argv.slice(2).map(name => path.resolve(name));
const files = path.join(folder, 'files');
const browser = path.join(files, 'chromium');

function unpack() {
  const packed = path.join(packageFolder, 'bin');
  mkdirSync(files, { recursive: true });
  for (const name of readdirSync(packed)) {
    const target = path.join(files, name.replace(/\.br$/, ''));
    writeFileSync(target, brotliDecompressSync(readFileSync(path.join(packed, name))));
    if (target.endsWith('.tar')) {
      execFileSync('tar', ['--extract', '--file', target, '--directory', files]);
    }
  }
  chmodSync(browser, 0o755);
}

function fontSettings() {
  const fonts = path.join(files, 'fonts');
  writeFileSync(path.join(files, 'fonts.conf'), `<fontconfig><dir>${fonts}</dir></fontconfig>\n`);
  return { FONTCONFIG_PATH: files };
}

function environment() {
  const starts = spawnSync(browser, ['--version']).status === 0;
  return {
    ...(starts ? {} : { LD_LIBRARY_PATH: path.join(files, 'lib') }),
    ...(existsSync('/etc/fonts/fonts.conf') ? {} : fontSettings())
  };
}

unpack();
const settings = Object.entries(environment()).map(([name, value]) => `export ${name}="${value}"\n`);
const start = path.join(folder, 'chromium');
writeFileSync(start, `#!/bin/sh\n${settings.join('')}exec "${browser}" "$@"\n`);
chmodSync(start, 0o755);
