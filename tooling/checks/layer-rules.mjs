import ts from 'typescript';

/** A package imports only from lower layers; the one arrow inside a layer is kernels to core (docs/architecture.md). */
export const LAYERS = {
  core: 0,
  kernels: 0,
  activation: 1,
  exemplars: 1,
  calibration: 1,
  estimator: 2,
  interchange: 3,
  training: 4,
  'language-model': 5,
  report: 5,
  adapters: 6,
  backends: 6,
  cli: 7,
};

const SCOPE = '@sdmjs/';
const ROOT_TOOLS = ['vitest'];
const ENVIRONMENT_READERS = ['cli', 'backends'];

/**
 * @param {{ name: string, dependencies?: object, devDependencies?: object, peerDependencies?: object, optionalDependencies?: object }} manifest
 * @returns {string[]} one sentence for each arrow that points up, sideways or out of packages/
 */
export function arrowViolations(manifest, layers = LAYERS) {
  const from = manifest.name.replace(SCOPE, '');
  if (!(from in layers)) return [`${manifest.name} has no layer: add it to tooling/checks/layer-rules.mjs`];
  return declaredNames(manifest)
    .filter((name) => name.startsWith(SCOPE))
    .map((name) => name.replace(SCOPE, ''))
    .filter((to) => !isAllowed(from, to, layers))
    .map((to) =>
      to in layers
        ? `${from} (layer ${layers[from]}) must not depend on ${to} (layer ${layers[to]})`
        : `${from} must not depend on ${to}, which is no package with a layer`,
    );
}

function isAllowed(from, to, layers) {
  return layers[to] < layers[from] || (from === 'kernels' && to === 'core');
}

/**
 * @param {object} manifest package.json of the package the source belongs to
 * @param {{ path: string, text: string }} source
 * @returns {string[]} imports that package.json does not declare; published files may not live on devDependencies
 */
export function importViolations(manifest, { path, text }) {
  const known = isUnpublished(manifest, path) ? [...declaredNames(manifest), ...ROOT_TOOLS] : publishedNames(manifest);
  const names = ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => packageOf(fileName));
  return [...new Set(names)]
    .filter((name) => name !== undefined && name !== manifest.name && !known.includes(name))
    .map((name) => `${path} imports ${name}, which ${manifest.name} does not declare`);
}

/**
 * @param {object} manifest
 * @param {{ path: string, text: string }} source
 * @returns {string[]} words that published sources must not contain
 */
export function textViolations(manifest, { path, text }) {
  if (isUnpublished(manifest, path)) return [];
  const code = withoutComments(text);
  const banned = [
    [/\bMath\.random\s*\(/, 'Math.random(; take a seed instead'],
    [/\bas unknown as\b/, '`as unknown as`; describe the type instead'],
  ];
  if (!ENVIRONMENT_READERS.includes(manifest.name.replace(SCOPE, ''))) {
    banned.push([/\bprocess\.env\b/, 'process.env; take an option instead']);
  }
  return banned.filter(([pattern]) => pattern.test(code)).map(([, what]) => `${path} uses ${what}`);
}

/** Tests, and what helps them in src/testing/ unless the package is published with that folder. */
const isUnpublished = ({ exports = {}, publishConfig = {} }, path) =>
  /\.test\.tsx?$/.test(path) ||
  (path.includes('/src/testing/') && !('./testing' in (publishConfig.exports ?? exports)));

function packageOf(specifier) {
  if (specifier.startsWith('.') || specifier.startsWith('node:')) return undefined;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

const publishedNames = ({ dependencies = {}, peerDependencies = {}, optionalDependencies = {} }) =>
  Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies });

const declaredNames = (manifest) => [...publishedNames(manifest), ...Object.keys(manifest.devDependencies ?? {})];

const withoutComments = (text) => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
