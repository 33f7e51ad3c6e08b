import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const folders = ['packages', 'apps', 'tooling'].flatMap((parent) =>
  readdirSync(new URL(parent, import.meta.url), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => ({ name: entry.name, root: `${parent}/${entry.name}` })),
);

// Workspace packages resolve to their sources, so no test needs a build; the rest are Vite's server defaults.
const conditions = ['source', 'module', 'node', 'development|production'];

// `pnpm test:native` adds native TensorFlow and `pnpm test:webgpu` WebGPU to the backends that tests find registered; other runs do not
// see builds in the home folder. A software driver takes minutes where WebAssembly takes seconds.
const registerNative = new URL('tooling/native-tensorflow/src/register-in-tests.ts', import.meta.url);
const registerWebGpu = new URL('tooling/gpu/src/register-in-tests.ts', import.meta.url);
const backendSettings = process.env['SDMJS_TEST_NATIVE']
  ? { setupFiles: [fileURLToPath(registerNative)] }
  : process.env['SDMJS_TEST_WEBGPU']
    ? { setupFiles: [fileURLToPath(registerWebGpu)], testTimeout: 600_000 }
    : { env: { SDMJS_NATIVE_TENSORFLOW: '/nonexistent' } };

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000, // hooks train models, too
    projects: folders.map(({ name, root }) => ({ extends: true, test: { name, root, ...backendSettings } })),
  },
});
