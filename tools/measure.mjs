// Measures files: a list of {file, text} on stdin, their sizes in bytes on stdout.

import { readFileSync } from 'node:fs'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const size = ({ file, text }) => ({
  file,
  minified: Buffer.byteLength(text),
  gzip: gzipSync(text, { level: 9 }).length,
  brotli: brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length,
})

console.log(JSON.stringify(JSON.parse(readFileSync(0, 'utf8')).map(size)))
