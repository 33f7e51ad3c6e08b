// Gzip size of everything a package's main entry pulls in, workspace packages included; TensorFlow.js is the user's.
// Estimator and those above it carry the kernels, explanations, support updates and the checks of what is certified; interchange reads rows, too; training also what starts rounds in threads and what keeps and checks states within an epoch; all that writes models what foresees and fits their files. The cli is a program for Node and has no limit.
// `kernels` is WebAssembly as text (24 kB of it, 32 kB as text, 15 kB gzipped; matching a support to itself and turning rows are 3 kB each) and the program of its worker threads, which look rows up; a basis is made in TypeScript.
const limits = {
  activation: '5 kB',
  adapters: '5 kB',
  backends: '22 kB',
  calibration: '13 kB',
  core: '5 kB',
  estimator: '45 kB',
  exemplars: '29 kB',
  interchange: '51 kB',
  kernels: '27 kB',
  'language-model': '94 kB',
  training: '53 kB',
};

// The relaxed SIMD build is a file that only `loadKernels({ deterministic: false })` imports, so it counts by itself.
const RELAXED = 'relaxed-kernels-wasm-*';

const entries = Object.entries(limits).map(([name, limit]) => ({
  name: `@sdmjs/${name}`,
  path: `packages/${name}/dist/index.js`,
  limit,
}));
const relaxed = { name: '@sdmjs/kernels, relaxed', path: `packages/kernels/dist/${RELAXED}.js`, limit: '15 kB' };

export default [...entries, relaxed].map((entry) => ({
  ...entry,
  gzip: true,
  ignore: ['node:*', '@tensorflow/*', 'webgpu', `./${RELAXED}`],
  modifyEsbuildConfig: (options) => ({ ...options, format: 'esm' }),
}));
