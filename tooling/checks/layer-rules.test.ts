import { expect, test } from 'vitest';
import { arrowViolations, importViolations, textViolations } from './layer-rules.mjs';

test('an arrow that points down is allowed', () => {
  expect(arrowViolations({ name: '@sdmjs/estimator', dependencies: { '@sdmjs/calibration': 'workspace:*' } })).toEqual(
    [],
  );
});

test('an arrow that points up or sideways fails, dev and peer dependencies included', () => {
  expect(arrowViolations({ name: '@sdmjs/core', dependencies: { '@sdmjs/training': 'workspace:*' } })).toHaveLength(1);
  expect(arrowViolations({ name: '@sdmjs/exemplars', devDependencies: { '@sdmjs/calibration': '*' } })).toHaveLength(1);
  expect(arrowViolations({ name: '@sdmjs/estimator', peerDependencies: { '@sdmjs/backends': '*' } })).toHaveLength(1);
});

test('inside a layer only kernels may depend on core', () => {
  expect(arrowViolations({ name: '@sdmjs/kernels', dependencies: { '@sdmjs/core': '*' } })).toEqual([]);
  expect(arrowViolations({ name: '@sdmjs/core', dependencies: { '@sdmjs/kernels': '*' } })).toHaveLength(1);
});

test('a package without a layer fails, as source and as target', () => {
  expect(arrowViolations({ name: '@sdmjs/novelty' })).toHaveLength(1);
  expect(arrowViolations({ name: '@sdmjs/training', dependencies: { '@sdmjs/novelty': '*' } })).toHaveLength(1);
});

test('an import that is not declared fails, and published sources may not live on dev dependencies', () => {
  const manifest = { name: '@sdmjs/estimator', dependencies: { '@sdmjs/core': '*' }, devDependencies: { vitest: '*' } };
  const text = "import { a } from '@sdmjs/core';\nimport { test } from 'vitest';\nimport './near.js';\n";
  expect(importViolations(manifest, { path: 'src/a.test.ts', text })).toEqual([]);
  expect(importViolations(manifest, { path: 'src/a.ts', text })).toEqual([
    'src/a.ts imports vitest, which @sdmjs/estimator does not declare',
  ]);
  expect(importViolations(manifest, { path: 'src/b.ts', text: "await import('@sdmjs/kernels/tensor');" })).toHaveLength(
    1,
  );
});

test('src/testing counts as a test unless the package is published with it', () => {
  const source = { path: 'packages/core/src/testing/a.ts', text: "import 'fast-check';" };
  const manifest = { name: '@sdmjs/core', devDependencies: { 'fast-check': '*' } };
  expect(importViolations(manifest, source)).toEqual([]);
  const exports = { './testing': './src/testing/index.ts' };
  expect(importViolations({ ...manifest, exports }, source)).toHaveLength(1);
  expect(importViolations({ ...manifest, exports, publishConfig: { exports } }, source)).toHaveLength(1);
  expect(importViolations({ ...manifest, exports, publishConfig: { exports: {} } }, source)).toEqual([]);
});

test('chance and environment are found in code, not in comments, tests or the packages that may read them', () => {
  const text = "const a = Math.random();\nconst b = process.env['HOME'];\n";
  const core = { name: '@sdmjs/core' };
  expect(textViolations(core, { path: 'src/a.ts', text })).toHaveLength(2);
  expect(textViolations(core, { path: 'src/a.test.ts', text })).toEqual([]);
  expect(textViolations(core, { path: 'src/a.ts', text: '// never Math.random()\n/* nor process.env */\n' })).toEqual(
    [],
  );
  expect(textViolations({ name: '@sdmjs/backends' }, { path: 'src/a.ts', text })).toHaveLength(1);
});
