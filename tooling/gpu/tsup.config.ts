import { fileURLToPath } from 'node:url';
import { defineConfig } from 'tsup';

const webGpuBackend = fileURLToPath(
  new URL('node_modules/@tensorflow/tfjs-backend-webgpu/dist/index.js', import.meta.url),
);

/** A file for Node with everything in it but the Dawn addon, and one with the app that makes a language model. */
export default defineConfig({
  entry: { gpu: 'src/main.ts', writer: '../../apps/verified-writer/src/main.ts' },
  format: 'esm',
  target: 'es2022',
  platform: 'node',
  outDir: 'dist',
  outExtension: () => ({ js: '.mjs' }),
  noExternal: [/^(?!webgpu$)/],
  external: ['webgpu'],
  splitting: false,
  esbuildOptions(options) {
    options.conditions = ['source', 'module', 'import'];
    options.mainFields = ['module', 'main'];
    // backends imports it without declaring it, for it is the user's choice.
    options.alias = { '@tensorflow/tfjs-backend-webgpu': webGpuBackend };
  },
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url); const __dirname = import.meta.dirname, __filename = import.meta.filename;",
  },
});
