// Bundles a page's script with the npm packages it imports, as a site's build does: bundle.mjs FOLDER.
import { build } from 'esbuild';

await build({
  entryPoints: ['package.js'],
  bundle: true,
  format: 'esm',
  splitting: true,
  outdir: process.argv[2],
  logLevel: 'error',
});
