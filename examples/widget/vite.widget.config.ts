import { resolve } from 'node:path'
import { defineConfig } from 'vite'

// `vite build --config examples/widget/vite.widget.config.ts --mode before`, or `--mode after`: one script, one global.
export default defineConfig(({ mode }) => ({
  define: { 'process.env.NODE_ENV': JSON.stringify('production') },
  build: {
    lib: {
      entry: resolve(import.meta.dirname, mode, 'index.ts'),
      name: 'OfferWidget',
      formats: ['iife'],
      fileName: () => 'widget.js',
    },
    outDir: resolve(import.meta.dirname, 'build', mode),
    emptyOutDir: true,
    chunkSizeWarningLimit: 250,
  },
}))
