// Bundles the page of a framework: `node bundle.mjs NAME FILE`. Svelte's components are compiled on the way.

import { readFile } from 'node:fs/promises'
import { build } from 'esbuild'
import { compile } from 'svelte/compiler'

const [name, outfile] = process.argv.slice(2)
const svelte = {
  name: 'svelte',
  setup({ onLoad }) {
    onLoad({ filter: /\.svelte$/ }, async ({ path }) => ({
      contents: compile(await readFile(path, 'utf8'), { filename: path, generate: 'client' }).js.code,
    }))
  },
}

await build({
  entryPoints: [`${import.meta.dirname}/${name}.ts`],
  outfile,
  bundle: true,
  format: 'esm',
  target: 'es2022',
  tsconfigRaw: {},
  define: { 'process.env.NODE_ENV': '"production"', ngDevMode: 'false' },
  plugins: [svelte],
  logLevel: 'error',
})
