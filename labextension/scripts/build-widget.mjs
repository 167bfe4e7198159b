/**
 * Bundles src/widget.tsx into one self-contained ES module for anywidget: React included, nothing
 * fetched at run time. `--development` keeps it readable and adds a source map.
 */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const development = process.argv.includes('--development');

await build({
  absWorkingDir: root,
  entryPoints: ['src/widget.tsx'],
  outfile: '../nbflow/widgets/static/widget.js',
  bundle: true,
  format: 'esm',
  target: 'es2020',
  minify: !development,
  sourcemap: development ? 'inline' : false,
  define: { 'process.env.NODE_ENV': JSON.stringify(development ? 'development' : 'production') },
  loader: { '.svg': 'text' },
  legalComments: 'none',
  logLevel: 'warning'
});
