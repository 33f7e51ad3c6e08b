// Gzip size of everything a package's main entry pulls in, workspace packages included; TensorFlow.js is the user's.
// The cli is a program for Node and has no limit.
const limits = {
  activation: '5 kB',
  adapters: '5 kB',
  backends: '12 kB',
  calibration: '12 kB',
  core: '5 kB',
  estimator: '25 kB',
  exemplars: '12 kB',
  interchange: '30 kB',
  kernels: '10 kB',
  'language-model': '65 kB',
  training: '30 kB',
};

export default Object.entries(limits).map(([name, limit]) => ({
  name: `@sdmjs/${name}`,
  path: `packages/${name}/dist/index.js`,
  limit,
  gzip: true,
  ignore: ['node:*', '@tensorflow/*', 'webgpu'],
  modifyEsbuildConfig: (options) => ({ ...options, format: 'esm' }),
}));
