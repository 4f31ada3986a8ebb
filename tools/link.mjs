// Bundles and minifies for tools/build.py: one JSON job on stdin, one JSON answer on stdout.
// build.py and mangling.py decide; this file only calls esbuild, terser and uglify-js.

import { readFileSync } from 'node:fs'
import { build } from 'esbuild'
import { minify } from 'terser'
import uglify from 'uglify-js'
import { closeOverQueue, shortestNames } from './closure.mjs'

const job = JSON.parse(readFileSync(0, 'utf8'))

const redirect = (external) => ({
  name: 'redirect',
  setup(esbuild) {
    esbuild.onResolve({ filter: /^\./ }, ({ path }) => {
      if (external[path]) return { path: external[path], external: true }
      if (job.replaced[path]) return { path: job.replaced[path] }
    })
  },
})

async function link({ name, entry, external }) {
  const { outputFiles } = await build({
    stdin: { contents: entry, resolveDir: job.staging, sourcefile: job.entry },
    outfile: `${job.out}/${name}.js`,
    plugins: [redirect(external)],
    bundle: true,
    minifySyntax: true,
    write: false,
    format: 'esm',
    target: job.target,
    charset: 'ascii',
    legalComments: 'none',
    sourcemap: 'external',
    mangleProps: new RegExp(job.mangled),
    mangleCache: job.mangleCache,
    logLevel: 'silent',
  })
  const [map, script] = outputFiles.map(({ text }) => text)
  return squeeze(`${name}.js`, script, map)
}

// ASCII throughout: a browser reads a classic script in the encoding of its page, which may not be UTF-8.
// esbuild knows the modules and renames attributes; terser finds code that is used once or never: 3 to 4 % less;
// uglify-js declares variables as parameters: 3 % less once more, and inlines better. Terser leaves that to it, so it passes once only.
async function squeeze(file, script, map) {
  const { ast } = await minify({ [file]: script }, { module: true, compress: false, mangle: false, format: { spidermonkey: true } })
  const tree = closeOverQueue(ast)
  const terse = await minify(tree, {
    parse: { spidermonkey: true },
    module: true,
    ecma: 2020,
    compress: { passes: 1, pure_getters: true, inline: 0, sequences: false },
    mangle: false,
    format: { ascii_only: true },
    sourceMap: { content: map, filename: file },
  })
  const { code, map: squeezed, error } = uglify.minify(terse.code, {
    module: true,
    compress: { passes: 6, pure_getters: true },
    nameCache: { vars: { props: shortestNames(tree) } },
    output: { ascii_only: true },
    sourceMap: { content: terse.map, includeSources: true, filename: file, url: `${file}.map` },
  })
  if (error) throw error
  return [
    { file: `${file}.map`, text: squeezed },
    { file, text: code + '\n' },
  ]
}

try {
  const files = (await Promise.all(job.modules.map(link))).flat()
  console.log(JSON.stringify({ files, errors: [] }))
} catch (failure) {
  if (!failure.errors) throw failure
  console.log(JSON.stringify({ errors: failure.errors }))
}
